package outage

import (
	"math"
	"slices"
	"time"
)

// Watch is what the detector says, after a minute, of one service in one
// country.
type Watch struct {
	Service string
	Country Country
	// Baseline is what is normal for the country now. Regions and Cells are the
	// means of its parts, in reporters a minute; the cells are of resolution 5,
	// or 4 in sparse land.
	Baseline Baseline
	Regions  map[Region]float64
	Cells    map[Cell]float64
	// Evidence is that of the strongest node, as a part of what opening takes.
	Evidence float64
	// Needed is what opening takes for the whole country, in nats.
	Needed float64
	// Signals are the nodes that hold at least half of what opening takes, the
	// nearest to it first.
	Signals []Signal
	// Incident is the widest and then the worst of those that are open or recovering,
	// nil where there is none; Others are the rest.
	Incident *Incident
	Others   []*Incident
	// Learning says that the series is too young for anybody to know its normal.
	Learning bool
	// KnownIn is the number of days until it is old enough, rounded up; 0 when it is.
	KnownIn int
	// Pending is an incident that may come, while there is none: evidence of at
	// least half of what opening takes.
	Pending *Incident
}

// View is what the detector says of everything it watches. It is never changed
// after it was made.
type View struct {
	Minute  Minute // the last minute used
	access  map[Country]OrdinaryAccess
	watches map[watchKey]Watch
}

type watchKey struct {
	service string
	country Country
}

// NewView holds watches together.
func NewView(minute Minute, watches []Watch) *View {
	v := &View{Minute: minute, watches: make(map[watchKey]Watch, len(watches))}
	for _, watch := range watches {
		v.watches[watchKey{watch.Service, watch.Country}] = watch
	}
	return v
}

// WithAccess is the view with the ordinary shares of access networks by country.
func (v *View) WithAccess(access map[Country]OrdinaryAccess) *View {
	v.access = access
	return v
}

// OrdinaryAccess are the ordinary shares of the access networks of a country; none
// while too few reporters are known.
func (v *View) OrdinaryAccess(country Country) OrdinaryAccess {
	if v == nil {
		return OrdinaryAccess{}
	}
	return v.access[country]
}

// Watch is what is said of a service in a country; false where it was never
// seen. A nil view has seen nothing.
func (v *View) Watch(service string, country Country) (Watch, bool) {
	if v == nil {
		return Watch{}, false
	}
	watch, ok := v.watches[watchKey{service, country}]
	return watch, ok
}

// Each calls f with every watch, in no order.
func (v *View) Each(f func(Watch)) {
	if v == nil {
		return
	}
	for _, watch := range v.watches {
		f(watch)
	}
}

// The parameters of a status, as design and /about tell them.
const (
	outageRatio     = 3.  // a 10-minute ratio at which an open incident is an outage
	elevatedPart    = .5  // of the evidence that opening takes
	noticeableTimes = 5.  // a rise that must be noticed, or nothing can be said
	noticeableIn    = 30. // minutes
	fewestReporters = 5.
)

// HealthMinutes is the length of the window that a status and its numbers are
// about.
const HealthMinutes = 10

// StatusParameters lists the numbers by which a status is decided.
func StatusParameters() []Parameter {
	return []Parameter{
		{Name: "status.outage", Value: outageRatio, Unit: "times"},
		{Name: "status.elevated", Value: elevatedPart, Unit: "part"},
		{Name: "status.noticeable", Value: noticeableTimes, Unit: "times"},
		{Name: "status.noticeable_within", Value: noticeableIn, Unit: "minutes"},
	}
}

// Status is how the service does in the country, by the judged reporters of the last
// HealthMinutes.
func (w Watch) Status(observed int64) Status {
	return w.status(w.Incident, w.Baseline.Mean, w.Evidence, observed)
}

// StatusIn is how the service does in a part of the country: a region, or a
// cell of any resolution within one. mean is what is normal there, in reporters
// a minute.
func (w Watch) StatusIn(region Region, cell Cell, mean float64, observed int64) Status {
	for _, incident := range append([]*Incident{w.Incident}, w.Others...) {
		if incident != nil && incident.Footprint.Covers(region, cell) {
			return w.status(incident, mean, 0, observed)
		}
	}
	return w.status(nil, mean, 0, observed)
}

func (w Watch) status(incident *Incident, mean, evidence float64, observed int64) Status {
	switch {
	case incident != nil && incident.Confirmed && (incident.Ratio >= outageRatio || incident.Footprint.Scope == ScopeCountry):
		return StatusOutage
	case incident != nil || evidence >= elevatedPart && float64(observed) > HealthMinutes*mean:
		return StatusElevated
	case w.Learning || !w.noticeable(mean) && float64(observed) < fewestReporters:
		return StatusUnknown
	}
	return StatusNormal
}

// noticeable says whether five times the mean would be enough evidence within
// half an hour, on average.
func (w Watch) noticeable(mean float64) bool {
	if mean <= 0 || noticeableTimes*mean*noticeableIn < fewestReporters {
		return false
	}
	nats := NewLikelihoodRatio(mean, noticeableTimes, max(w.Baseline.Dispersion, 1e-6)).Of(noticeableTimes * mean)
	return nats*noticeableIn >= w.Needed
}

// Covers says whether the footprint reaches a region, or a cell within it.
func (f Footprint) Covers(region Region, cell Cell) bool {
	if f.Scope == ScopeCountry {
		return true
	}
	inRegion := false
	for _, of := range f.Regions {
		inRegion = inRegion || of == region
	}
	if f.Scope == ScopeRegion || cell == 0 {
		return inRegion
	}
	for _, of := range f.Cells {
		coarser := min(cell.Resolution(), of.Cell.Resolution())
		if cell.Parent(coarser) == of.Cell.Parent(coarser) {
			return true
		}
	}
	return false
}

// Normal is what was expected in one slot of time.
type Normal struct {
	Start      Minute // first of NormalSlot minutes
	Mean       float64
	Dispersion float64
}

// ServiceNormal is what was expected of a service in a country.
type ServiceNormal struct {
	Service string
	Country Country
	Normal
}

// NormalSlot is the length, in minutes, of the slots in which what was expected
// is kept.
const NormalSlot = 5

// upperDeviations is how many standard deviations the upper edge of the normal
// band lies above the mean: one ordinary step in about a thousand is beyond it.
const upperDeviations = 3

// Band is what is expected over some minutes, each with the given mean and
// dispersion, and the upper edge of what is normal.
type Band struct{ expected, variance float64 }

// Add adds minutes.
func (b *Band) Add(minutes float64, n Normal) {
	b.expected += minutes * n.Mean
	b.variance += minutes * (n.Mean + n.Dispersion*n.Mean*n.Mean)
}

// Expected is the mean of the sum.
func (b Band) Expected() float64 { return b.expected }

// Upper is the edge above it.
func (b Band) Upper() float64 { return b.expected + upperDeviations*math.Sqrt(b.variance) }

// Change is a step in the life of an incident: another state, or another
// verdict.
type Change struct {
	At      time.Time
	State   State
	Ratio   float64
	Verdict Verdict
	Cause   string `json:",omitempty"`
}

// Record is an incident as it is kept, with its life so far.
type Record struct {
	Incident
	Changes []Change
	// Revision orders the versions of a record: a later one has a larger number,
	// whichever server wrote it. It is a time in milliseconds, or a little more.
	Revision int64 `json:"Noted"`
}

// Decision is an incident as it was after a change at an instant.
type Decision struct {
	At       time.Time
	Incident Incident
}

// IncidentFilter says which incidents are asked for. Zero values mean all; an
// incident is in the span if it was open at any time of it.
type IncidentFilter struct {
	Service string
	Country Country
	// Region and District choose incidents that reach there: those of the whole country,
	// and those whose footprint names it.
	Region   Region
	District District
	State    State
	Span     Span
}

// reaches says whether an incident reaches the region and the district of the filter.
func (f IncidentFilter) reaches(i Incident) bool {
	if i.Footprint.Scope == ScopeCountry {
		return f.Region == "" || f.Region.Country() == i.Country
	}
	return (f.Region == "" || slices.Contains(i.Footprint.Regions, f.Region)) &&
		(f.District == "" || slices.Contains(i.Footprint.Districts, f.District))
}

// Matches reports whether an incident is asked for.
func (f IncidentFilter) Matches(i Incident) bool {
	if f.Service != "" && i.Service != f.Service || f.Country != "" && i.Country != f.Country || f.State != "" && i.State != f.State {
		return false
	}
	if !f.reaches(i) {
		return false
	}
	if f.Span == (Span{}) {
		return true
	}
	ended := !i.ClosedAt.IsZero() && !i.ClosedAt.After(f.Span.From.Time())
	return i.OpenedAt.Before(f.Span.To.Time()) && !ended
}
