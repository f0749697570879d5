package engine

import (
	"maps"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	accessWindow = halfHour // minutes of reports that a pattern is found in

	// accessDecay an hour halves the ordinary counts in two weeks.
	accessDecay = .99794
	// leastOrdinary reporters make the ordinary shares of a country known.
	leastOrdinary = 50
	// mostOrdinary is by how many reporters an ordinary share is known at most: the
	// audiences of services differ.
	mostOrdinary = 400
	// priorOrdinary reporters are spread evenly over the networks of a country.
	priorOrdinary = 20
)

// What a namedCount counts, beside the networks by their numbers.
const (
	symptomOther   = 1<<16 - 2
	symptomConnect = 1<<16 - 1
)

// connect is the symptom of those who cannot connect at all.
const connect = "connect"

// namedCount is the reporters of a minute who named one network or symptom. It is
// saved as it stands.
type namedCount struct {
	Minute outage.Minute
	What   uint16
	Milli  uint32
}

// accessCounts are the reporters of a series who named a network or a symptom.
type accessCounts struct {
	networks map[string]uint64 // of the present minute, in thousandths: sums of integers have no order
	symptoms map[string]uint64
	recent   []namedCount // of the last accessWindow minutes, by minute
	ordinary [2]float64   // who named another symptom, and who could not connect
}

// add takes in what came with a count.
func (a *accessCounts) add(count *outage.Judged) {
	if len(count.Access)+len(count.Symptoms) == 0 {
		return
	}
	if a.networks == nil {
		a.networks, a.symptoms = map[string]uint64{}, map[string]uint64{}
	}
	for _, c := range count.Access {
		a.networks[c.Network] += uint64(milli(c.Reporters))
	}
	for _, c := range count.Symptoms {
		a.symptoms[c.Symptom] += uint64(milli(c.Reporters))
	}
}

// since are the sums of the recent counts since a minute, by what they count.
func (a *accessCounts) since(from outage.Minute) map[uint16]float64 {
	sums := map[uint16]uint64{}
	for _, c := range a.recent {
		if c.Minute >= from {
			sums[c.What] += uint64(c.Milli)
		}
	}
	reporters := make(map[uint16]float64, len(sums))
	for what, n := range sums {
		reporters[what] = float64(n) / 1000
	}
	return reporters
}

// ordinaryAccess are the access networks of a country and how many reporters named
// each outside of incidents. Network 0 is all that the catalogue does not know.
type ordinaryAccess struct {
	names  []string
	counts []float64
}

func newOrdinaryAccess() ordinaryAccess {
	return ordinaryAccess{names: []string{""}, counts: []float64{0}}
}

// number is that of a network, which it gets where it has none.
func (o *ordinaryAccess) number(network string) uint16 {
	at := slices.Index(o.names, network)
	if at < 0 {
		at = len(o.names)
		o.names, o.counts = append(o.names, network), append(o.counts, 0)
	}
	return uint16(at)
}

// shares are the ordinary shares; none while too few reporters are known.
func (o *ordinaryAccess) shares() outage.OrdinaryAccess {
	total := 0.
	for _, n := range o.counts {
		total += n
	}
	if total < leastOrdinary {
		return outage.OrdinaryAccess{}
	}
	shares := outage.OrdinaryAccess{Counts: make([]outage.AccessCount, len(o.names))}
	for i, name := range o.names {
		n := o.counts[i]*min(1, mostOrdinary/total) + priorOrdinary/float64(len(o.names))
		shares.Counts[i] = outage.AccessCount{Network: name, Reporters: n}
		shares.Total += n
	}
	return shares
}

// endAccess takes the named networks and symptoms of the present minute of all services
// in, and learns from those that leave the window: of services without an incident, and
// not of access networks themselves.
func (c *country) endAccess(minute outage.Minute) {
	const hour = 60
	if minute.Floor(hour) == minute {
		for i := range c.access.counts {
			c.access.counts[i] *= accessDecay
		}
	}
	for _, s := range c.series {
		if minute.Floor(hour) == minute {
			s.access.ordinary[0], s.access.ordinary[1] = s.access.ordinary[0]*accessDecay, s.access.ordinary[1]*accessDecay
		}
		if len(s.access.networks)+len(s.access.symptoms)+len(s.access.recent) > 0 {
			s.endAccess(minute)
		}
	}
}

func (s *series) endAccess(minute outage.Minute) {
	a, relations := &s.access, s.config.Relations
	of, _ := relations.Service(s.service)
	leaving := 0
	for leaving < len(a.recent) && a.recent[leaving].Minute <= minute-accessWindow {
		leaving++
	}
	if len(s.incidents.list) == 0 {
		s.learnAccess(a.recent[:leaving])
	}
	a.recent = slices.Delete(a.recent, 0, leaving)
	sums := map[uint16]uint64{}
	if !of.AccessNetwork() {
		for _, network := range slices.Sorted(maps.Keys(a.networks)) {
			known := network
			if named, _ := relations.Service(network); !named.AccessNetwork() {
				known = ""
			}
			sums[s.country.access.number(known)] += a.networks[network]
		}
	}
	for symptom, n := range a.symptoms {
		what := uint16(symptomOther)
		if symptom == connect {
			what = symptomConnect
		}
		sums[what] += n
	}
	for _, what := range slices.Sorted(maps.Keys(sums)) {
		a.recent = append(a.recent, namedCount{minute, what, uint32(min(sums[what], math.MaxUint32))})
	}
	clear(a.networks)
	clear(a.symptoms)
}

// learnAccess adds counts to the ordinary ones.
func (s *series) learnAccess(counts []namedCount) {
	for _, c := range counts {
		n := float64(c.Milli) / 1000
		switch c.What {
		case symptomOther, symptomConnect:
			s.access.ordinary[c.What-symptomOther] += n
		default:
			s.country.access.counts[c.What] += n
		}
	}
}

// describeAccess sets what the networks and symptoms of a series say since the onset of
// a candidate: nothing where nobody named a network.
func (s *series) describeAccess(onset, minute outage.Minute) (networks []outage.AccessRatio, connecting outage.ShareRatio) {
	sums := s.access.since(max(onset, minute-accessWindow+1))
	var named []outage.AccessCount
	for number, name := range s.country.access.names {
		if n := sums[uint16(number)]; n > 0 {
			named = append(named, outage.AccessCount{Network: name, Reporters: n})
		}
	}
	if len(named) == 0 {
		return nil, outage.ShareRatio{}
	}
	networks = s.country.access.shares().Compare(named)
	usual := s.access.ordinary
	if whole := usual[0] + usual[1]; whole >= leastOrdinary {
		connecting = outage.CompareShares(sums[symptomConnect], sums[symptomConnect]+sums[symptomOther], usual[1], whole)
	}
	return networks, connecting
}
