package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// A saved engine begins with the magic bytes and the version of its format.
const (
	magic   = "DPTL"
	version = 10
)

// format reads the parts that differ between versions of the format. The versions of the
// last releases are read as well as the current one, so that an update does not have to
// relearn weeks. A state of any other version is rejected.
type format struct {
	unnamed   bool // the state does not name its countries: they are Config.Former
	secondary bool // a list of places follows the fixed part of a series
	country   func(c *country, from []byte) ([]byte, error)
	base      func(baseline.Params, *baseline.Pool, []byte) (*baseline.Series, []byte, error)
	charts    func(*detect.Params, func(int32) detect.Level, []byte) (*detect.Charts, []byte, error)
	rest      func(e *Engine, s *series, from []byte) ([]byte, error) // blocks and incidents
	access    func(e *Engine, from []byte) ([]byte, error)            // after all series; nil where there is none
}

var formats = map[byte]format{
	4:       {unnamed: true, secondary: true, country: (*country).readV5, base: baseline.ReadSeriesV5, charts: detect.ReadChartsV5, rest: (*Engine).readRestV4},
	5:       {unnamed: true, secondary: true, country: (*country).readV5, base: baseline.ReadSeriesV5, charts: detect.ReadChartsV5, rest: (*Engine).readRestV5},
	6:       {unnamed: true, country: (*country).read, base: baseline.ReadSeriesV8, charts: detect.ReadCharts, rest: (*Engine).readRestV9},
	7:       {unnamed: true, country: (*country).read, base: baseline.ReadSeriesV8, charts: detect.ReadCharts, rest: (*Engine).readRestV9, access: (*Engine).readAccess},
	8:       {country: (*country).read, base: baseline.ReadSeriesV8, charts: detect.ReadCharts, rest: (*Engine).readRestV9, access: (*Engine).readAccess},
	9:       {country: (*country).read, base: baseline.ReadSeries, charts: detect.ReadCharts, rest: (*Engine).readRestV9, access: (*Engine).readAccess},
	version: {country: (*country).read, base: baseline.ReadSeries, charts: detect.ReadCharts, rest: (*Engine).readRest, access: (*Engine).readAccess},
}

var (
	order       = binary.LittleEndian
	errTooShort = errors.New("reading an engine: the state ends too early")
	errNoTime   = errors.New("reading an engine: a minute is out of range")
)

// Save writes the whole state. The same state gives the same bytes, and an engine
// restored from them continues exactly as this one.
func (e *Engine) Save(to io.Writer) error {
	state := append([]byte(magic), version)
	state = order.AppendUint64(state, uint64(e.last))
	state = append(state, boolByte(e.started))
	state = e.appendCountries(state)
	for _, code := range e.codes {
		c := e.countries[code]
		state = put(state, c.saved())
		state = c.pool.AppendState(state)
	}
	state = order.AppendUint32(state, uint32(len(e.ordered)))
	for _, s := range e.ordered {
		state = s.appendState(state)
	}
	state = e.appendAccess(state)
	if _, err := to.Write(state); err != nil {
		return fmt.Errorf("saving an engine: %w", err)
	}
	return nil
}

// Restore replaces the state by one that Save wrote, in a version of formats. After an
// error the engine is unchanged.
func (e *Engine) Restore(from io.Reader) error {
	state, err := io.ReadAll(from)
	if err != nil {
		return fmt.Errorf("reading an engine: %w", err)
	}
	if len(state) <= len(magic) || string(state[:len(magic)]) != magic {
		return errors.New("reading an engine: the state does not begin with " + magic)
	}
	layout, ok := formats[state[len(magic)]]
	if !ok {
		return fmt.Errorf("reading an engine: format version %d is not supported", state[len(magic)])
	}
	restored := New(e.config)
	rest, err := restored.read(state[len(magic)+1:], &layout)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("reading an engine: %d bytes follow its end", len(rest))
	}
	*e = *restored
	return nil
}

func (e *Engine) read(from []byte, layout *format) ([]byte, error) {
	if len(from) < 9 {
		return nil, errTooShort
	}
	e.last, e.started = outage.Minute(order.Uint64(from)), from[8] != 0
	from = from[9:]
	if !possible(e.last) {
		return nil, errNoTime
	}
	var err error
	if from, err = e.readCountries(from, layout); err != nil {
		return nil, err
	}
	for _, code := range e.codes {
		if from, err = layout.country(e.countries[code], from); err != nil {
			return nil, err
		}
	}
	if len(from) < 4 {
		return nil, errTooShort
	}
	count := order.Uint32(from)
	from = from[4:]
	for range count {
		var s *series
		if s, from, err = e.readSeries(from, layout); err != nil {
			return nil, err
		}
		if from, err = layout.rest(e, s, from); err != nil {
			return nil, err
		}
		s.grow()
		s.mask = s.tree.mask(s.incidents.footprints(nil))
		e.insert(s)
	}
	if layout.access != nil {
		if from, err = layout.access(e, from); err != nil {
			return nil, err
		}
	}
	e.coverAgain()
	return from, nil
}

// possible reports whether a minute fits the 32 bits that excursions store it in.
func possible(minute outage.Minute) bool { return minute >= 0 && minute <= math.MaxInt32 }

// savedCountry is the part of a country that is not derived.
type savedCountry struct {
	savedCountryV5
	First  outage.Minute
	Recent [halfHour]uint64
}

// savedCountryV5 is the layout of versions 4 and 5. It must not change.
type savedCountryV5 struct {
	Minute  outage.Minute
	Started bool
	Silence float64
	Missing bool
}

func (c *country) saved() savedCountry {
	return savedCountry{
		savedCountryV5: savedCountryV5{
			Minute: c.now.Minute, Started: c.now != (baseline.LocalTime{}), Silence: c.silentFor, Missing: c.missing,
		},
		First: c.first, Recent: c.recent,
	}
}

func (c *country) read(from []byte) ([]byte, error) {
	var saved savedCountry
	n, err := binary.Decode(from, order, &saved)
	if err != nil {
		return nil, errTooShort
	}
	c.first, c.recent = saved.First, saved.Recent
	return c.restore(saved.savedCountryV5, from[n:])
}

func (c *country) readV5(from []byte) ([]byte, error) {
	var saved savedCountryV5
	n, err := binary.Decode(from, order, &saved)
	if err != nil {
		return nil, errTooShort
	}
	c.first = saved.Minute
	return c.restore(saved, from[n:])
}

// restore applies the saved part, and reads the pool that follows it.
func (c *country) restore(saved savedCountryV5, from []byte) ([]byte, error) {
	if !possible(saved.Minute) || !possible(c.first) {
		return nil, errNoTime
	}
	c.silentFor, c.missing = saved.Silence, saved.Missing
	var err error
	if c.pool, from, err = baseline.ReadPool(c.config.Baseline, c.land, from); err != nil {
		return nil, err
	}
	if len(c.regions) == 0 {
		c.regions = make([]outage.Region, c.pool.Regions())
	}
	if saved.Started {
		c.setNow(saved.Minute)
	}
	return from, nil
}

func (s *series) appendState(to []byte) []byte {
	to = append(to, byte(len(s.service)))
	to = append(to, s.service...)
	to = append(to, s.country.code...)
	to = append(to, boolByte(s.incidents.muted))
	to = put(to, s.expectedInSilence)
	to = s.base.AppendState(to)
	to = s.charts.AppendState(to)
	to = appendEvidence(to, s.side, s.history)
	to = s.networks.blocks.appendState(put(to, s.networks.byHandle))
	to = order.AppendUint32(to, uint32(len(s.incidents.list)))
	for _, in := range s.incidents.list {
		to = order.AppendUint32(to, uint32(in.anchor))
		to = put(order.AppendUint32(to, uint32(len(in.narrowed))), in.narrowed)
		to = in.AppendState(to)
	}
	return to
}

// readSeries reads a series up to its blocks and incidents.
func (e *Engine) readSeries(from []byte, layout *format) (*series, []byte, error) {
	const fixed = 2 + 1 + 8 // country, muted, expectedInSilence
	if len(from) < 1 || len(from) < 1+int(from[0])+fixed {
		return nil, nil, errTooShort
	}
	name := string(from[1 : 1+int(from[0])])
	from = from[1+len(name):]
	c, ok := e.countries[outage.Country(from[:2])]
	if !ok {
		return nil, nil, fmt.Errorf("reading an engine: country %q is not covered", from[:2])
	}
	s := emptySeries(name, c, &e.config)
	s.incidents.muted = from[2] != 0
	if _, err := binary.Decode(from[3:], order, &s.expectedInSilence); err != nil {
		return nil, nil, errTooShort
	}
	var err error
	if from = from[fixed:]; layout.secondary {
		if _, from, err = readHandles(from); err != nil {
			return nil, nil, err
		}
	}
	if from, err = s.readParts(e.last, from, layout); err != nil {
		return nil, nil, err
	}
	return s, from, nil
}

// readParts reads baseline, charts, evidence and networks.
func (s *series) readParts(last outage.Minute, from []byte, layout *format) ([]byte, error) {
	base, from, err := layout.base(s.config.Baseline, s.country.pool, from)
	if err != nil {
		return nil, err
	}
	s.setBase(base)
	if !base.InOpenBlock(last) {
		return nil, fmt.Errorf("reading an engine: the open block of %s does not contain the last minute", s.service)
	}
	if s.charts, from, err = layout.charts(&s.config.Detect, s.tree.level, from); err != nil {
		return nil, err
	}
	places := base.Places()
	if s.charts.Nodes() != places {
		return nil, fmt.Errorf("reading an engine: %s has %d nodes for %d places", s.service, s.charts.Nodes(), places)
	}
	if s.side, s.history, from, err = readEvidence(from, places); err != nil {
		return nil, err
	}
	return s.networks.readCounts(from, places)
}

// readRest reads the end of a series: its blocks and its incidents.
func (e *Engine) readRest(s *series, from []byte) ([]byte, error) {
	return e.readIncidents(s, from, s.readNarrowed)
}

// readIncidents reads the end of a series, with what lies between the anchor of an incident
// and its lifecycle.
func (e *Engine) readIncidents(s *series, from []byte, narrowed func([]byte) ([]int32, []byte, error)) ([]byte, error) {
	from, err := s.networks.blocks.read(from)
	if err != nil {
		return nil, err
	}
	if len(from) < 4 {
		return nil, errTooShort
	}
	count := order.Uint32(from)
	from = from[4:]
	const most = 1 << 12
	if count > most {
		return nil, fmt.Errorf("reading an engine: %s has %d incidents", s.service, count)
	}
	for range count {
		if len(from) < 4 {
			return nil, errTooShort
		}
		in := &placedIncident{anchor: int32(order.Uint32(from))}
		if err := s.checkPlaces(in.anchor); err != nil {
			return nil, err
		}
		if in.narrowed, from, err = narrowed(from[4:]); err != nil {
			return nil, err
		}
		if in.Lifecycle, from, err = incident.ReadLifecycle(&e.config.Incident, s.base.Places(), from); err != nil {
			return nil, err
		}
		s.incidents.list = append(s.incidents.list, in)
	}
	return from, nil
}

// readNarrowed reads the part of its footprint that an incident was narrowed to.
func (s *series) readNarrowed(from []byte) ([]int32, []byte, error) {
	handles, from, err := readHandles(from)
	if err != nil || len(handles) == 0 {
		return nil, from, err
	}
	return handles, from, s.checkPlaces(handles...)
}

// checkPlaces returns an error for a handle that no place has.
func (s *series) checkPlaces(handles ...int32) error {
	for _, h := range handles {
		if h < 0 || int(h) >= s.base.Places() {
			return fmt.Errorf("reading an engine: %s has no place %d", s.service, h)
		}
	}
	return nil
}

// readHandles reads a counted list of handles.
func readHandles(from []byte) ([]int32, []byte, error) {
	if len(from) < 4 {
		return nil, nil, errTooShort
	}
	count := int(order.Uint32(from))
	if from = from[4:]; len(from)/4 < count {
		return nil, nil, errTooShort
	}
	handles := make([]int32, count)
	n, err := binary.Decode(from, order, handles)
	return handles, from[n:], err
}

func put(to []byte, value any) []byte {
	grown, err := binary.Append(to, order, value)
	if err != nil {
		panic(err) // a type without a fixed size: a bug in this package
	}
	return grown
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}
