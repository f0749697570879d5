package place

import (
	"cmp"
	"slices"
)

// A town is meant without asking where it has that many times the people of any other
// of its name, and so many at least; more of them where the others lie in other
// countries, whose people may mean their own.
const (
	dominance     = 20
	leastOfTown   = 20_000
	leastOfAbroad = 100_000
)

// choose finds which of the places of one name is meant. Of a region, a county, a
// district and a town the first is; a district and a town of its name in it are one
// answer, the town. Of equal kinds all may be meant, unless one is by far the largest.
func (x *Index) choose(hits names) meaning {
	hits = x.distinct(hits)
	if best := x.largest(hits); best < sizeDistrict {
		hits = slices.DeleteFunc(hits, func(n name) bool { return x.entries[n.entry].size != best })
		return meaning{sure: len(hits) == 1, names: hits}
	}
	hits, seats := x.joined(hits)
	switch {
	case len(seats) == 1 && (x.entries[seats[0].entry].size == sizeDistrict || x.inOneRegion(hits) || x.dominates(seats[0], hits)):
		return meaning{sure: true, names: seats}
	case len(seats) > 1:
		return meaning{names: seats}
	}
	if x.dominates(hits[0], hits[1:]) {
		return meaning{sure: true, names: hits[:1]}
	}
	return meaning{names: hits}
}

// distinct leaves each place out that is there already, the more populous first.
func (x *Index) distinct(hits names) names {
	ordered := slices.Clone(hits)
	slices.SortStableFunc(ordered, func(a, b name) int { return cmp.Compare(x.entries[b.entry].population, x.entries[a.entry].population) })
	seen := make(map[where]bool, len(ordered))
	return slices.DeleteFunc(ordered, func(n name) bool {
		e := x.entries[n.entry]
		at := e.where
		if e.size == sizeTown && at.district != "" {
			at.cell = 1 // one town of a name in a district
		}
		twice := seen[at]
		seen[at] = true
		return twice
	})
}

// largest is the first rank among places.
func (x *Index) largest(hits names) size {
	best := sizeTown
	for _, n := range hits {
		best = min(best, x.entries[n.entry].size)
	}
	return best
}

// joined leaves districts out that have a town of their name. Seats are the other
// districts, and the towns of those.
func (x *Index) joined(hits names) (all, seats names) {
	for _, n := range hits {
		e := x.entries[n.entry]
		twin := slices.IndexFunc(hits, func(other name) bool {
			o := x.entries[other.entry]
			return o.size != e.size && o.where.district != "" && o.where.district == e.where.district
		})
		if e.size == sizeTown || twin < 0 {
			all = append(all, n)
		}
		if e.size == sizeDistrict && twin < 0 || e.size == sizeTown && twin >= 0 {
			seats = append(seats, n)
		}
	}
	return all, seats
}

func (x *Index) inOneRegion(hits names) bool {
	return !slices.ContainsFunc(hits, func(n name) bool { return x.entries[n.entry].where.region != x.entries[hits[0].entry].where.region })
}

// dominates reports whether a place is meant rather than any of the others.
func (x *Index) dominates(n name, others names) bool {
	e := x.entries[n.entry]
	own := e.population
	for _, other := range others {
		o := x.entries[other.entry]
		if other.entry == n.entry {
			continue
		}
		if own < leastOfTown || own < dominance*o.population || own < leastOfAbroad && o.where.country != e.where.country {
			return false
		}
	}
	return true
}
