package proving

import (
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario/simulate"
)

// Score is how well a detector did. Times are in minutes, distances in km.
type Score struct {
	ServiceWeeks float64
	Outages      int    // with those that nobody can detect
	Detectable   [4]int // outages by size
	Hit          [4]int
	Rare         int // detectable outages of services below rare
	RareHit      int
	Times        []float64 // to detect, infinite for a miss
	StepTimes    []float64
	Oracle       []float64 // times of an observer who knows everything
	Benign       map[simulate.BenignKind]int
	Triggered    map[simulate.BenignKind]int
	False        int
	Harmless     int // incidents that something harmless opened
	True         int // incidents that match an outage
	ScopeRight   int
	RegionRight  int
	Regional     int
	Distances    []float64
	CloseDelays  []float64
	ClosedEarly  int
	Closed       int

	Misses     []*simulate.Outage
	Falses     []*Found
	Wrong      []*Found // triggered by something harmless
	ScopeWrong []Pair
	Early      []Pair
}

// Pair is an outage and the incident that found it.
type Pair struct {
	Truth *simulate.Outage
	Found *Found
}

// rare is the number of reports a minute below which a service counts as small.
const rare = .3

// after is how long after its end an event may still explain an incident.
const after = 30

// Judge scores what was found in a world.
func Judge(world *simulate.World, found []*Found) *Score {
	s := &Score{
		ServiceWeeks: world.ServiceWeeks(),
		Benign:       make(map[simulate.BenignKind]int), Triggered: make(map[simulate.BenignKind]int),
	}
	judged := world.Judged()
	hits := make(map[*simulate.Outage][]*Found)
	triggered := make(map[*simulate.Benign]bool)
	for _, f := range found {
		if o := truthOf(world, f); o != nil {
			hits[o] = append(hits[o], f)
			s.True++
			continue
		}
		if b := benignOf(world, f); b != nil {
			triggered[b] = true
			s.Harmless++
			s.Wrong = append(s.Wrong, f)
			continue
		}
		s.False++
		s.Falses = append(s.Falses, f)
	}
	for _, o := range world.Outages {
		if o.Span.From >= judged.From {
			s.outage(o, hits[o])
		}
	}
	for _, b := range world.Benign {
		if b.Span.From >= judged.From {
			s.Benign[b.Kind]++
			if triggered[b] {
				s.Triggered[b.Kind]++
			}
		}
	}
	return s
}

func (s *Score) outage(o *simulate.Outage, hits []*Found) {
	s.Outages++
	if o.Detectable() {
		s.Detectable[o.Size]++
		delay := math.Inf(1)
		small := o.Usual < rare
		if small {
			s.Rare++
		}
		if len(hits) > 0 {
			s.Hit[o.Size]++
			if small {
				s.RareHit++
			}
			delay = math.Max(0, float64(hits[0].Opened-o.Span.From))
		} else {
			s.Misses = append(s.Misses, o)
		}
		s.Times = append(s.Times, delay)
		s.Oracle = append(s.Oracle, float64(o.Known))
		if o.Shape == simulate.Step {
			s.StepTimes = append(s.StepTimes, delay)
		}
	}
	if len(hits) > 0 {
		s.place(o, hits[0])
		s.closing(o, hits[len(hits)-1])
	}
}

func (s *Score) place(o *simulate.Outage, f *Found) {
	footprint := f.Final.Footprint
	if footprint.Scope == o.Scope || o.Same && footprint.Scope != outage.ScopeCountry {
		s.ScopeRight++
	} else {
		s.ScopeWrong = append(s.ScopeWrong, Pair{o, f})
	}
	if o.Scope != outage.ScopeCountry {
		s.Regional++
		if len(footprint.Regions) > 0 && footprint.Regions[0] == o.Region {
			s.RegionRight++
		}
	}
	s.Distances = append(s.Distances, outage.Kilometres(o.Middle, footprint.Centroid))
}

func (s *Score) closing(o *simulate.Outage, last *Found) {
	if last.Closed == 0 {
		return
	}
	s.Closed++
	delay := float64(last.Closed - o.Span.To)
	if delay < 0 {
		s.ClosedEarly++
		s.Early = append(s.Early, Pair{o, last})
	}
	s.CloseDelays = append(s.CloseDelays, delay)
}

// truthOf is the outage that an incident found: they overlap in time, and of several
// it is the nearest.
func truthOf(world *simulate.World, f *Found) (found *simulate.Outage) {
	nearest := math.Inf(1)
	for _, o := range world.Outages {
		if o.Service != f.First.Service || o.Country != f.First.Country || !overlap(o.Span, f) {
			continue
		}
		if away := outage.Kilometres(o.Middle, f.Final.Footprint.Centroid); found == nil || away < nearest {
			found, nearest = o, away
		}
	}
	return found
}

func benignOf(world *simulate.World, f *Found) *simulate.Benign {
	for _, b := range world.Benign {
		if (b.Service == "" || b.Service == f.First.Service) && b.Country == f.First.Country && overlap(b.Span, f) {
			return b
		}
	}
	return nil
}

func overlap(span outage.Span, f *Found) bool {
	return f.Opened >= span.From && f.Opened <= span.To+after
}

// Quantile is the q-quantile of values, infinite values last; NaN of none.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
