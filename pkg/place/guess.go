package place

import (
	"cmp"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// How much likelier a large place is than a small one at the same distance: a tenfold
// number of people makes up for a quarter of a letter. What is less likely than the best
// by unlikely is left out, and the best is meant without asking where the next is less
// likely by certain.
const (
	perTenfold = .25
	unlikely   = 1
	certain    = .5
)

// guess is what a text with wrong letters may mean, within some places unless they are
// nil.
func (x *Index) guess(text string, country outage.Country, at names) meaning {
	slips := x.near(text, country)
	slips = slices.DeleteFunc(slips, func(s slip) bool {
		return at != nil && !slices.ContainsFunc(at, func(around name) bool { return x.lies(x.entries[s.name.entry], x.entries[around.entry]) > 0 })
	})
	if len(slips) == 0 {
		return meaning{}
	}
	slices.SortStableFunc(slips, func(a, b slip) int { return cmp.Compare(x.cost(a), x.cost(b)) })
	best := x.cost(slips[0])
	var hits names
	for _, s := range slips {
		if x.cost(s) <= best+unlikely {
			hits = append(hits, s.name)
		}
	}
	hits = x.oneEach(hits)
	sure := x.entries[hits[0].entry].population >= leastOfTown
	for _, s := range slips {
		if x.cost(s) < best+certain && !x.same(s.name, hits[0]) {
			sure = false
		}
	}
	return meaning{sure: sure, names: hits}
}

func (x *Index) cost(s slip) float64 {
	return float64(s.distance) - perTenfold*math.Log10(float64(x.entries[s.name.entry].population))
}

// oneEach leaves out places that are there already, in their order; a town and the
// district of its name are one.
func (x *Index) oneEach(hits names) (out names) {
	for _, n := range hits {
		if !slices.ContainsFunc(out, func(had name) bool { return x.same(had, n) }) {
			out = append(out, n)
		}
	}
	// The name decides between kinds, as where it is spelled right.
	if m := x.choose(x.within(x.names.of(key(words(out[0].text))), x.entries[out[0].entry].where.country)); m.sure {
		if e := m.names[0]; x.same(e, out[0]) {
			out[0].entry = e.entry
		}
	}
	return out
}

// same reports whether two names mean one answer.
func (x *Index) same(a, b name) bool {
	p, q := x.entries[a.entry], x.entries[b.entry]
	if p.where == q.where {
		return true
	}
	if p.where.region != q.where.region || p.where.country != q.where.country {
		return false
	}
	return p.where.district == q.where.district && p.size != q.size || p.name == q.name && (p.size < sizeDistrict || q.size < sizeDistrict)
}
