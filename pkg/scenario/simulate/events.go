package simulate

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	apart       = 12 * 60 // minutes between two events of a series
	mostReports = 4000    // a minute, at the height of an outage
)

// schedule decides what happens when. Events of a series keep apart, so that
// each incident has one explanation.
func (w *World) schedule(random *rand.Rand) {
	span := w.Span()
	for _, country := range outage.Countries() {
		w.scheduleCountry(country, random)
	}
	for _, s := range w.series {
		w.draw(w.Params.OutagesWeekly, random, func(at outage.Minute) { s.addOutage(at, random) })
		w.draw(w.Params.SurgesWeekly, random, func(at outage.Minute) { s.addSurge(at, random) })
		w.draw(w.Params.AbusesWeekly, random, func(at outage.Minute) {
			s.add(&Benign{Kind: Abuse, Span: within(span, at, 10+random.IntN(110)), points: []int{random.IntN(len(s.weights))}})
		})
		w.draw(w.Params.GapsWeekly, random, func(at outage.Minute) {
			s.add(&Benign{Kind: Gap, Span: within(span, at, 20+random.IntN(160))})
		})
		w.draw(w.Params.LongBurstsWeekly, random, func(at outage.Minute) { s.addLongBurst(at, random) })
		w.draw(w.Params.GroupsWeekly, random, func(at outage.Minute) { s.addGroup(at, random) })
		w.draw(w.Params.BurstsWeekly, random, func(at outage.Minute) { s.addBurst(at, random) })
	}
}

func within(span outage.Span, at outage.Minute, minutes int) outage.Span {
	return outage.Span{From: at, To: min(at+outage.Minute(minutes), span.To)}
}

// draw calls for each event of a kind that happens so many times a week. The
// first two days are left alone.
func (w *World) draw(weekly float64, random *rand.Rand, event func(outage.Minute)) {
	span := w.Span()
	if weekly <= 0 {
		return
	}
	for at := span.From + 2*day; ; {
		at += outage.Minute(random.ExpFloat64() * week / weekly)
		if at >= span.To-8*60 {
			return
		}
		event(at)
	}
}

// scheduleCountry adds the holiday, which is a Wednesday, and gaps of all
// services at once.
func (w *World) scheduleCountry(country outage.Country, random *rand.Rand) {
	judged := w.Judged()
	_, offset := judged.From.Time().In(country.Zone()).Zone()
	from := judged.From + week + 2*day - outage.Minute(offset/60)
	held := outage.Span{From: from, To: from + day}
	w.held[country] = held
	w.Benign = append(w.Benign, &Benign{Kind: Holiday, Country: country, Span: outage.Span{From: held.From, To: held.To + 12*60}})
	w.draw(w.Params.GapsWeekly, random, func(at outage.Minute) {
		gap := &Benign{Kind: Gap, Country: country, Span: within(w.Span(), at, 20+random.IntN(160))}
		w.Benign = append(w.Benign, gap)
		for _, s := range w.series {
			if s.country == country {
				s.benign = append(s.benign, gap)
			}
		}
	})
}

// free reports whether nothing else happens near a span.
func (s *stream) free(span outage.Span) bool {
	near := outage.Span{From: span.From - apart, To: span.To + apart}
	for _, o := range s.outages {
		if o.Span.From < near.To && near.From < o.Span.To {
			return false
		}
	}
	for _, b := range s.benign {
		if b.Kind != burst && b.Kind != longBurst && b.Span.From < near.To && near.From < b.Span.To {
			return false
		}
	}
	return true
}

func (s *stream) add(b *Benign) {
	if !s.free(b.Span) {
		return
	}
	b.Service, b.Country = s.service, s.country
	s.benign = append(s.benign, b)
	s.world.Benign = append(s.world.Benign, b)
}

func (s *stream) addSurge(at outage.Minute, random *rand.Rand) {
	b := &Benign{Kind: Surge, times: 1.5 + (s.world.Params.SurgeMost-1.5)*random.Float64()}
	b.Span = within(s.world.Span(), at, 30+random.IntN(330))
	if random.IntN(3) == 0 {
		b.points = s.inRegion(random)
	}
	s.add(b)
}

// addBurst adds a few people at one place within minutes, which is ordinary.
func (s *stream) addBurst(at outage.Minute, random *rand.Rand) {
	point := s.pick.draw(random)
	for range 2 + random.IntN(3) {
		from := at + outage.Minute(random.IntN(6))
		s.benign = append(s.benign, &Benign{Kind: burst, Span: within(s.world.Span(), from, 1), points: []int{point}})
	}
}

func (s *stream) addOutage(at outage.Minute, random *rand.Rand) {
	o := s.newOutage(at, random)
	if !s.free(o.Span) {
		return
	}
	s.keep(o)
	if o.Scope != outage.ScopeCountry || random.IntN(4) > 0 {
		return
	}
	for _, other := range s.world.series { // the whole service is down: all countries
		if other.service == s.service && other != s && other.free(o.Span) {
			twin := *o
			twin.Country = other.country
			other.aim(&twin, random)
			other.keep(&twin)
		}
	}
}

func (s *stream) keep(o *Outage) {
	s.outages = append(s.outages, o)
	s.world.Outages = append(s.world.Outages, o)
}

func (s *stream) newOutage(at outage.Minute, random *rand.Rand) *Outage {
	size := Size(random.IntN(sizes))
	low, high := sizeBounds[size], sizeBounds[size+1]
	minutes := 6 * math.Pow(70, random.Float64()) // to seven hours
	o := &Outage{
		Service: s.service, Country: s.country, Usual: s.rate, Size: size, Shape: Step,
		Times: low * math.Pow(high/low, random.Float64()),
	}
	switch {
	case minutes > 90 && random.Float64() < .5:
		o.Shape, o.Rise = SlowBurn, 60+random.IntN(120)
	case minutes > 12 && random.Float64() < .45:
		o.Shape, o.Rise = Ramp, 5+random.IntN(int(min(40, minutes/2)))
	}
	o.Span = within(s.world.Span(), at, int(minutes))
	switch pick := random.Float64(); {
	case pick < .35:
		o.Scope = outage.ScopeCountry
	case pick < .65:
		o.Scope = outage.ScopeRegion
	default:
		o.Scope = outage.ScopeCell
	}
	s.aim(o, random)
	if o.Scope != outage.ScopeCountry && random.Float64() < s.world.Params.Echo {
		o.echo, o.echoTimes = o.Span.From+outage.Minute(10+random.IntN(25)), 1.3+random.Float64()
	}
	if most := mostReports / (s.rate*o.share + 1e-9); o.Times > most {
		o.Times = math.Max(3, most)
		for o.Size > Small && o.Times < sizeBounds[o.Size] {
			o.Size--
		}
	}
	return o
}

// aim chooses the points of an outage by its scope.
func (s *stream) aim(o *Outage, random *rand.Rand) {
	points := s.world.points[s.country]
	switch o.Scope {
	case outage.ScopeRegion:
		o.points = s.inRegion(random)
		o.Region = points[o.points[0]].Region
	case outage.ScopeCell:
		city := points[newAlias(s.weights, nil).draw(random)].city
		for i, p := range points {
			if p.city == city {
				o.points = append(o.points, i)
			}
		}
		o.Region = points[o.points[0]].Region
		o.Same = !slices.ContainsFunc(points, func(p Point) bool { return p.Region == o.Region && p.city != city })
	default:
		o.points = nil
	}
	o.Middle, o.share = s.middle(o.points)
}

// inRegion are the points of a region, drawn by how many people it has.
func (s *stream) inRegion(random *rand.Rand) []int {
	all := s.world.points[s.country]
	region := all[s.pick.draw(random)].Region
	var points []int
	for i, p := range all {
		if p.Region == region {
			points = append(points, i)
		}
	}
	return points
}

// middle is the middle of the reports of some points, all when there are none
// named, and their share of the country's.
func (s *stream) middle(points []int) (outage.LatLng, float64) {
	all, total, inside := s.world.points[s.country], 0., 0.
	var middle outage.LatLng
	chosen := make(map[int]bool, len(points))
	for _, i := range points {
		chosen[i] = true
	}
	for i, weight := range s.weights {
		total += weight
		if len(points) > 0 && !chosen[i] {
			continue
		}
		inside += weight
		middle.Lat += all[i].At.Lat * weight
		middle.Lng += all[i].At.Lng * weight
	}
	middle.Lat /= inside
	middle.Lng /= inside
	if len(points) == 0 {
		return middle, 1
	}
	return middle, inside / total * (1 - s.unplaced)
}
