package place

import (
	"cmp"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// longestName is how many words of a text are one name at most.
const longestName = 6

// nearby is the resolution whose cells, about 45 km wide, hold a town and its suburbs.
const nearby = 4

// segment is a run of words that is a name.
type segment struct {
	from, to int
	names    names
}

// compose reads a text of several names, of which the smallest place is meant and the
// others say where it is: "Richmond, North Yorkshire". They may stand in any order.
func (x *Index) compose(t typed, country outage.Country) meaning {
	segments := x.segments(t, country)
	if len(segments) == 0 {
		return meaning{}
	}
	rest := t.rest(segments)
	slices.SortStableFunc(segments, func(a, b segment) int {
		return cmp.Or(cmp.Compare(x.rank(a.names), x.rank(b.names)), cmp.Compare(x.people(b.names), x.people(a.names)))
	})
	at := segments[0].names
	for _, next := range segments[1:] {
		if m := x.choose(at); m.sure {
			at = m.names
		}
		at = x.refine(at, next.names)
	}
	if m, ok := x.misspelt(at, rest, country); ok {
		return m
	}
	m := x.choose(at)
	// The words beside a hamlet may be those of another place.
	if x.largest(m.names) == sizeTown && x.people(m.names) < leastOfTown && len(rest) > 0 {
		m.sure = false
	}
	return m
}

// segments divides a text into names, so that they cover most letters, in few runs.
func (x *Index) segments(t typed, country outage.Country) []segment {
	type step struct {
		score int
		last  segment
	}
	best := make([]step, len(t.words)+1)
	for to := 1; to <= len(t.words); to++ {
		best[to] = step{score: best[to-1].score}
		for from := max(0, to-longestName); from < to; from++ {
			run := key(t.words[from:to])
			if len(run) <= 2 && !t.stands(from, to) {
				continue
			}
			hits := x.names.of(run)
			if len(hits) == 0 {
				continue
			}
			if hits = x.within(hits, country); len(hits) == 0 {
				continue
			}
			if score := best[from].score + 100*len(run) - 1; score > best[to].score {
				best[to] = step{score, segment{from, to, hits}}
			}
		}
	}
	var found []segment
	for at := len(t.words); at > 0; {
		if best[at].last.to == 0 {
			at--
			continue
		}
		found = append(found, best[at].last)
		at = best[at].last.from
	}
	slices.Reverse(found)
	return found
}

// rest are the runs of words that are no name, each within a part of the text.
func (t typed) rest(segments []segment) (runs []string) {
	var run []string
	flush := func() {
		if len(run) > 0 {
			runs, run = append(runs, key(run)), nil
		}
	}
	for i, word := range t.words {
		if i > 0 && t.part[i] != t.part[i-1] {
			flush()
		}
		if slices.ContainsFunc(segments, func(s segment) bool { return s.from <= i && i < s.to }) {
			flush()
		} else if says(word) {
			run = append(run, word)
		}
	}
	flush()
	return runs
}

// rank is the first rank of what a name may mean, of which a district with a town of its
// name is a town.
func (x *Index) rank(all names) size {
	all, _ = x.joined(all)
	return x.largest(all)
}

func (x *Index) people(all names) (most int) {
	for _, n := range all {
		most = max(most, x.entries[n.entry].population)
	}
	return most
}

// refine are the places of a further name that lie where the text says already. Where
// there are none it is another place, which counts only where it is a town by itself
// beside a region: "Noida, Delhi" is in the neighbouring state.
func (x *Index) refine(at, next names) names {
	best, inside := 0, names(nil)
	for _, n := range next {
		score := 0
		for _, around := range at {
			score = max(score, x.lies(x.entries[n.entry], x.entries[around.entry]))
		}
		if score > best {
			best, inside = score, nil
		}
		if score == best && score > 0 {
			inside = append(inside, n)
		}
	}
	if best > 0 {
		return inside
	}
	own := x.choose(next)
	if e := x.entries[own.names[0].entry]; own.sure && e.size >= sizeDistrict && e.population >= leastOfTown &&
		x.largest(at) < sizeDistrict && e.where.country == x.entries[at[0].entry].where.country {
		return own.names
	}
	return at
}

// lies is how surely a place lies within or beside another, 0 for not at all.
func (x *Index) lies(e, around entry) int {
	switch {
	case e.where.country != around.where.country:
		return 0
	case around.size == sizeCountry:
		return 1
	case around.size < sizeDistrict:
		if e.where.region == around.where.region {
			return 2
		}
		return 0
	case e.where.district != "" && e.where.district == around.where.district:
		return 4
	case e.where.cell != 0 && around.where.cell != 0 && e.where.cell.Parent(nearby) == around.where.cell.Parent(nearby):
		return 3
	}
	return 0
}

// misspelt reads the words that are no name as a name with wrong letters, of a place
// within those that are read already and no towns.
func (x *Index) misspelt(at names, rest []string, country outage.Country) (meaning, bool) {
	if x.largest(at) == sizeTown {
		return meaning{}, false
	}
	for _, run := range rest {
		if m := x.guess(run, country, at); len(m.names) > 0 {
			return m, true
		}
	}
	return meaning{}, false
}

// onlyCode reports whether a text without spaces can only be meant as a code.
func (x *Index) onlyCode(whole string) bool {
	return strings.ContainsAny(whole, "0123456789") &&
		slices.ContainsFunc(x.codes, func(c *codes) bool { return c.grammar.Looks(whole) })
}
