package bucket

import (
	"math"
	"slices"
	"unique"

	"github.com/open-downpour/downpour/pkg/outage"
)

// countList is the counts of a service in a minute.
type countList interface {
	// addTo adds them to the sums of a query.
	addTo(sums outage.Sums, query outage.Query)
}

// liveCounts are those of a minute that may change.
type liveCounts []*outage.Count

func (counts liveCounts) addTo(sums outage.Sums, query outage.Query) {
	for _, count := range counts {
		sums.Add(*count, query)
	}
}

// settledCounts are those of a minute that is settled, in an eighth of the memory: the
// window has them for a day.
type settledCounts struct {
	start  outage.Minute
	counts []settledCount
}

type settledCount struct {
	key                             unique.Handle[countKey]
	n, submissions, keyed, prefixes int32
	judged                          int64              // thousandths
	nodes                           *outage.NodeCounts // nil for none
}

// countKey is what the counts of different minutes share.
type countKey struct {
	service, symptom, network string
	country                   outage.Country
	region                    outage.Region
	district                  outage.District
	cell                      outage.Cell
	kind                      outage.Kind
}

func settle(counts liveCounts) settledCounts {
	settled := settledCounts{start: counts[0].Start, counts: make([]settledCount, len(counts))}
	for i, c := range counts {
		settled.counts[i] = settledCount{
			key: unique.Make(countKey{c.Service, c.Symptom, c.Network, c.Country, c.Region, c.District, c.Cell, c.Kind}),
			n:   int32(c.N), submissions: int32(c.Submissions), keyed: int32(c.Keyed), prefixes: int32(c.Prefixes),
			judged: int64(math.Round(c.Judged * 1000)),
		}
		if c.Nodes != (outage.NodeCounts{}) {
			nodes := c.Nodes
			settled.counts[i].nodes = &nodes
		}
	}
	return settled
}

func (s settledCounts) addTo(sums outage.Sums, query outage.Query) {
	for i := range s.counts {
		sums.Add(s.counts[i].count(s.start), query)
	}
}

func (s *settledCount) count(start outage.Minute) outage.Count {
	key := s.key.Value()
	count := outage.Count{
		Service: key.service, Symptom: key.symptom, Network: key.network, Country: key.country,
		Region: key.region, District: key.district, Cell: key.cell, Kind: key.kind, Start: start,
		N: int64(s.n), Submissions: int64(s.submissions), Keyed: int64(s.keyed), Prefixes: int64(s.prefixes),
		Judged: float64(s.judged) / 1000,
	}
	if s.nodes != nil {
		count.Nodes = *s.nodes
	}
	return count
}

// wholeCounts divides sums of a minute as far as counters do.
var wholeCounts = outage.Query{Step: 1, ByPlace: true, BySymptom: true, ByNetwork: true}

// minuteCounts are the counts of one minute: the sums of its parts. A value in Hot.minutes is
// immutable; a change replaces it.
type minuteCounts struct {
	parts   []*countIndex
	settled bool // it has one part, of settledCounts
}

// countIndex are counts of one minute by service.
type countIndex struct {
	placed map[string]countList // those of the shards
	access map[string]countList // those by access network
	totals map[string]countList // country and kind only
	size   int
}

// addTo adds the counts to the sums of a query.
func (x *countIndex) addTo(sums outage.Sums, query outage.Query) {
	lists := x.totals
	switch {
	case query.ByNetwork:
		lists = x.access
	case query.ByPlace || query.BySymptom:
		lists = x.placed
	}
	if query.Service != "" {
		if counts, ok := lists[query.Service]; ok {
			counts.addTo(sums, query)
		}
		return
	}
	for _, counts := range lists {
		counts.addTo(sums, query)
	}
}

// plus is the minute with another part. A part that is not much larger than the ones after it
// is summed up with them, so that there are few.
func (m *minuteCounts) plus(part *countIndex) *minuteCounts {
	parts := []*countIndex{part}
	if m != nil {
		parts = append(slices.Clone(m.parts), part)
	}
	for n := len(parts); n > 1 && parts[n-2].size <= 2*parts[n-1].size; n-- {
		parts = append(parts[:n-2], indexed([][]outage.Count{summed(parts[n-2:])}))
	}
	return &minuteCounts{parts: parts}
}

// settle is the minute in little memory.
func (m *minuteCounts) settle() *minuteCounts {
	part := indexed([][]outage.Count{summed(m.parts)})
	for _, lists := range []map[string]countList{part.placed, part.access, part.totals} {
		for service, counts := range lists {
			lists[service] = settle(counts.(liveCounts))
		}
	}
	return &minuteCounts{parts: []*countIndex{part}, settled: true}
}

// summed are the sums of parts of a minute.
func summed(parts []*countIndex) []outage.Count {
	sums := outage.Sums{}
	for _, part := range parts {
		for _, lists := range []map[string]countList{part.placed, part.access} {
			for _, counts := range lists {
				counts.addTo(sums, wholeCounts)
			}
		}
	}
	return sums.All()
}

// indexed lists counts of a minute by service, in lists that are made in their final length.
func indexed(parts [][]outage.Count) *countIndex {
	lengths, ofAccess := map[string]int{}, map[string]int{}
	each(parts, func(count *outage.Count) {
		if count.Network != "" {
			ofAccess[count.Service]++
		} else {
			lengths[count.Service]++
		}
	})
	placed, access, all := listsOf(lengths), listsOf(ofAccess), map[totalKey]*outage.Count{}
	each(parts, func(count *outage.Count) {
		if count.Network != "" {
			access[count.Service] = append(access[count.Service], count)
			return
		}
		placed[count.Service] = append(placed[count.Service], count)
		include(all, count)
	})
	totals := make(map[string]liveCounts, len(lengths))
	for _, count := range all {
		totals[count.Service] = append(totals[count.Service], count)
	}
	made := &countIndex{placed: asLists(placed), access: asLists(access), totals: asLists(totals)}
	for _, counts := range parts {
		made.size += len(counts)
	}
	return made
}

func asLists(lists map[string]liveCounts) map[string]countList {
	counts := make(map[string]countList, len(lists))
	for service, list := range lists {
		counts[service] = list
	}
	return counts
}

func each(parts [][]outage.Count, give func(*outage.Count)) {
	for _, counts := range parts {
		for i := range counts {
			give(&counts[i])
		}
	}
}

// totalKey is of a count that is not divided by place or symptom.
type totalKey struct {
	service string
	country outage.Country
	kind    outage.Kind
}

func include(totals map[totalKey]*outage.Count, count *outage.Count) {
	key := totalKey{count.Service, count.Country, count.Kind}
	total := totals[key]
	if total == nil {
		total = &outage.Count{Service: key.service, Country: key.country, Kind: key.kind, Start: count.Start}
		totals[key] = total
	}
	total.Include(*count)
}

// listsOf are empty lists by service, with room for a number of counts.
func listsOf(lengths map[string]int) map[string]liveCounts {
	lists := make(map[string]liveCounts, len(lengths))
	for service, length := range lengths {
		lists[service] = make(liveCounts, 0, length)
	}
	return lists
}
