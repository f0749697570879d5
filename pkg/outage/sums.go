package outage

import (
	"cmp"
	"slices"
)

// Sums adds counts up under the keys that a query asks for.
type Sums map[countKey]*Count

type countKey struct {
	service, symptom string
	network          string
	country          Country
	region           Region
	district         District
	cell             Cell
	start            Minute
	kind             Kind
}

// Add adds one count, if it is of the service and country that the query asks
// for. That it lies in the query's span is for the caller to see to.
func (s Sums) Add(count Count, query Query) {
	if query.Service != "" && count.Service != query.Service || query.Country != "" && count.Country != query.Country {
		return
	}
	key := countKey{service: count.Service, country: count.Country, kind: count.Kind, start: query.Span.From}
	if query.Step > 0 {
		key.start = count.Start.Floor(query.Step)
	}
	if query.ByPlace {
		key.region, key.district, key.cell = count.Region, count.District, count.Cell
	}
	if query.BySymptom {
		key.symptom = count.Symptom
	}
	if query.ByNetwork {
		key.network = count.Network
	}
	sum, ok := s[key]
	if !ok {
		sum = &Count{
			Service: key.service, Country: key.country, Region: key.region, District: key.district, Cell: key.cell,
			Start: key.start, Kind: key.kind, Symptom: key.symptom, Network: key.network,
		}
		s[key] = sum
	}
	sum.Include(count)
}

// Include adds the numbers of another count to those of this one.
func (c *Count) Include(other Count) {
	c.N += other.N
	c.Keyed += other.Keyed
	c.Submissions += other.Submissions
	c.Judged += other.Judged
	c.Prefixes += other.Prefixes
	c.Nodes = c.Nodes.Plus(other.Nodes)
}

// AddAll adds counts as Add does.
func (s Sums) AddAll(counts []Count, query Query) {
	for _, count := range counts {
		s.Add(count, query)
	}
}

// All are the sums that are not zero, in no order.
func (s Sums) All() []Count {
	counts := make([]Count, 0, len(s))
	for _, sum := range s {
		if sum.N != 0 || sum.Keyed != 0 || sum.Submissions != 0 || sum.Judged != 0 || sum.Prefixes != 0 || sum.Nodes != (NodeCounts{}) {
			counts = append(counts, *sum)
		}
	}
	return counts
}

// Counts are the sums that are not zero, ordered by start, service, country,
// region, district, cell, kind, symptom and network.
func (s Sums) Counts() []Count {
	counts := s.All()
	slices.SortFunc(counts, func(a, b Count) int {
		return cmp.Or(
			cmp.Compare(a.Start, b.Start), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Country, b.Country),
			cmp.Compare(a.Region, b.Region), cmp.Compare(a.District, b.District), cmp.Compare(a.Cell, b.Cell),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Symptom, b.Symptom), cmp.Compare(a.Network, b.Network))
	})
	return counts
}
