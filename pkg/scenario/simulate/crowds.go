package simulate

import (
	"math"
	"math/rand/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// LongBursts are plain streams that are busier for hours at a time, several times a
// week and in the weeks that train as well: what is usual for them, and no outage.
func LongBursts(seed uint64) Params {
	p := Plain(seed)
	p.LongBurstsWeekly, p.LongBurstMost = 4, 2.5
	return p
}

// Jumps are plain streams whose level moves for good within minutes, up or down.
func Jumps(seed uint64) Params {
	p := Plain(seed)
	p.JumpsWeekly, p.JumpMost = .5, .5
	return p
}

// SeveralFaults are plain streams whose outages are groups of local ones, each in a city
// of its own, that overlap.
func SeveralFaults(seed uint64) Params {
	p := Plain(seed)
	p.OutagesWeekly, p.GroupsWeekly, p.GroupMost = 0, .7, 5
	p.SurgesWeekly, p.AbusesWeekly = 0, 0
	return p
}

// Young are plain services that nobody reported before the weeks that are judged.
func Young(seed uint64) Params {
	p := Plain(seed)
	p.YoungEvery = 1
	return p
}

// Joining are plain streams of which every third is young.
func Joining(seed uint64) Params {
	p := Plain(seed)
	p.YoungEvery = 3
	return p
}

// jump moves the level for good at random times.
func jump(level []float64, p Params, random *rand.Rand) {
	if p.JumpsWeekly <= 0 {
		return
	}
	const weekBlocks = week / levelBlock
	for at := random.ExpFloat64() * weekBlocks / p.JumpsWeekly; int(at) < len(level); at += random.ExpFloat64() * weekBlocks / p.JumpsWeekly {
		by := p.JumpMost * (2*random.Float64() - 1)
		for i := int(at); i < len(level); i++ {
			level[i] += by
		}
	}
}

// addLongBurst makes a stream busier for hours.
func (s *stream) addLongBurst(at outage.Minute, random *rand.Rand) {
	b := &Benign{Kind: longBurst, times: 1.3 + (s.world.Params.LongBurstMost-1.3)*random.Float64()}
	b.Span = within(s.world.Span(), at, 45+random.IntN(200))
	s.benign = append(s.benign, b)
}

// addGroup adds local outages in cities of their own that begin within half an hour.
func (s *stream) addGroup(at outage.Minute, random *rand.Rand) {
	span := within(s.world.Span(), at, 4*60)
	if !s.free(span) {
		return
	}
	taken := map[int]bool{}
	for range 2 + random.IntN(s.world.Params.GroupMost-1) {
		o := s.newOutage(at+outage.Minute(random.IntN(30)), random)
		o.Scope, o.Shape, o.Rise, o.echo = outage.ScopeCell, Step, 0, 0
		o.Span.To = min(o.Span.To, span.To)
		s.aim(o, random)
		city := s.world.points[s.country][o.points[0]].city
		o.Times = math.Min(o.Times, mostReports/(s.rate*o.share+1e-9))
		if taken[city] || o.Times < sizeBounds[Small] {
			continue
		}
		taken[city] = true
		s.keep(o)
	}
}
