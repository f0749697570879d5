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
	version = 5
)

// formats read what differs between the versions of the format: the end of a
// series. Beside the present version there is the one of the last release, so that
// an update does not relearn weeks. A state of any other version is refused.
var formats = map[byte]restReader{
	4:       (*Engine).readRestV4,
	version: (*Engine).readRest,
}

type restReader func(t *Engine, s *series, from []byte) (rest []byte, err error)

var (
	order       = binary.LittleEndian
	errTooShort = errors.New("reading an engine: the state ends too early")
	errNoTime   = errors.New("reading an engine: a minute is none")
)

// Save writes the whole state. The same state gives the same bytes, and an
// engine restored from them goes on as if it had never stopped.
func (e *Engine) Save(to io.Writer) error {
	state := append([]byte(magic), version)
	state = order.AppendUint64(state, uint64(e.last))
	state = append(state, boolByte(e.started))
	for _, code := range outage.Countries() {
		c := e.countries[code]
		state = put(state, c.saved())
		state = c.pool.AppendState(state)
	}
	state = order.AppendUint32(state, uint32(len(e.ordered)))
	for _, s := range e.ordered {
		state = s.appendState(state)
	}
	if _, err := to.Write(state); err != nil {
		return fmt.Errorf("saving an engine: %w", err)
	}
	return nil
}

// Restore replaces the state by one that Save wrote, in this version or in the
// last release. After an error the engine is as it was.
func (e *Engine) Restore(from io.Reader) error {
	state, err := io.ReadAll(from)
	if err != nil {
		return fmt.Errorf("reading an engine: %w", err)
	}
	if len(state) <= len(magic) || string(state[:len(magic)]) != magic {
		return errors.New("reading an engine: it is none")
	}
	readRest, ok := formats[state[len(magic)]]
	if !ok {
		return fmt.Errorf("reading an engine: its format is of version %d, which is not read", state[len(magic)])
	}
	restored := New(e.config)
	rest, err := restored.read(state[len(magic)+1:], readRest)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return errors.New("reading an engine: something follows its end")
	}
	*e = *restored
	return nil
}

func (e *Engine) read(from []byte, readRest restReader) ([]byte, error) {
	if len(from) < 9 {
		return nil, errTooShort
	}
	e.last, e.started = outage.Minute(order.Uint64(from)), from[8] != 0
	from = from[9:]
	if !possible(e.last) {
		return nil, errNoTime
	}
	var err error
	for _, code := range outage.Countries() {
		if from, err = e.countries[code].read(from); err != nil {
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
		if s, from, err = e.readSeries(from); err != nil {
			return nil, err
		}
		if from, err = readRest(e, s, from); err != nil {
			return nil, err
		}
		s.grow()
		e.insert(s)
	}
	return from, nil
}

// possible reports whether a minute lies in the range that runs are kept in.
func possible(minute outage.Minute) bool { return minute >= 0 && minute <= math.MaxInt32 }

// savedCountry is the part of a country that is not worked out again.
type savedCountry struct {
	Minute  outage.Minute
	Started bool
	Silence float64
	Missing bool
}

func (c *country) saved() savedCountry {
	return savedCountry{
		Minute: c.now.Minute, Started: c.now != (baseline.LocalTime{}), Silence: c.silentFor, Missing: c.missing,
	}
}

func (c *country) read(from []byte) ([]byte, error) {
	var saved savedCountry
	n, err := binary.Decode(from, order, &saved)
	if err != nil {
		return nil, errTooShort
	}
	if !possible(saved.Minute) {
		return nil, errNoTime
	}
	if saved.Started {
		c.now = baseline.LocalTimeOf(c.code, saved.Minute)
	}
	c.silentFor, c.missing = saved.Silence, saved.Missing
	c.pool, from, err = baseline.ReadPool(c.config.Baseline, c.land, from[n:])
	return from, err
}

func (s *series) appendState(to []byte) []byte {
	to = append(to, byte(len(s.service)))
	to = append(to, s.service...)
	to = append(to, s.country.code...)
	to = append(to, boolByte(s.incident.muted))
	to = put(to, s.expectedInSilence)
	to = order.AppendUint32(to, uint32(len(s.incident.secondary)))
	to = put(to, s.incident.secondary)
	to = s.base.AppendState(to)
	to = s.charts.AppendState(to)
	to = appendEvidence(to, s.side, s.history)
	to = s.networks.blocks.appendState(put(to, s.networks.byHandle))
	return s.incident.AppendState(to)
}

// readSeries reads the part of a series that all versions have in common.
func (e *Engine) readSeries(from []byte) (*series, []byte, error) {
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
	s.incident.muted = from[2] != 0
	if _, err := binary.Decode(from[3:], order, &s.expectedInSilence); err != nil {
		return nil, nil, errTooShort
	}
	var err error
	if s.incident.secondary, from, err = readHandles(from[fixed:]); err != nil {
		return nil, nil, err
	}
	if from, err = s.readParts(e.last, from); err != nil {
		return nil, nil, err
	}
	return s, from, nil
}

// readParts reads baseline, charts, evidence and networks.
func (s *series) readParts(last outage.Minute, from []byte) ([]byte, error) {
	base, from, err := baseline.ReadSeries(s.config.Baseline, s.country.pool, from)
	if err != nil {
		return nil, err
	}
	s.setBase(base)
	if !base.InOpenBlock(last) {
		return nil, fmt.Errorf("reading an engine: %s does not count in the last minute", s.service)
	}
	if s.charts, from, err = detect.ReadCharts(&s.config.Detect, s.tree.level, from); err != nil {
		return nil, err
	}
	places := base.Places()
	if s.charts.Nodes() != places {
		return nil, fmt.Errorf("reading an engine: %s has %d nodes in %d places", s.service, s.charts.Nodes(), places)
	}
	for _, h := range s.incident.secondary {
		if h < 0 || int(h) >= places {
			return nil, fmt.Errorf("reading an engine: %s has no place %d", s.service, h)
		}
	}
	if s.side, s.history, from, err = readEvidence(from, places); err != nil {
		return nil, err
	}
	return s.networks.readCounts(from, places)
}

// readRest reads the end of a series: its blocks and its incident.
func (e *Engine) readRest(s *series, from []byte) ([]byte, error) {
	from, err := s.networks.blocks.read(from)
	if err != nil {
		return nil, err
	}
	s.incident.Lifecycle, from, err = incident.ReadLifecycle(&e.config.Incident, s.base.Places(), from)
	return from, err
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
		panic(err) // a type without a fixed size: a mistake in this package
	}
	return grown
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}
