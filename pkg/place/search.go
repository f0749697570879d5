package place

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

// most is how many places one search gives at most, whatever was asked for.
const most = 100

// Search offers places for a text that is still being typed, best first: what it names
// already, then places by population, then postal codes in order; and where nothing
// begins like that, what it may mean with its letters wrong or its words in another
// order. It gives at most limit places, and never more than 100; none for an empty or
// over-long text. Country narrows the choice; "" is any.
//
// Only what Resolve would understand is offered: of several places of a name each with
// its region or district. A place is shown by the name that was typed where that is its
// usual one in some language, and by today's where an old one was.
func (x *Index) Search(q string, country outage.Country, limit int) []outage.Place {
	if limit <= 0 || utf8.RuneCountInString(q) > longest {
		return nil
	}
	limit = min(limit, most)
	parts := words(q)
	prefix := key(parts)
	if prefix == "" {
		return nil
	}
	out := x.suggest(x.beginning(prefix, country, 2*limit), country, limit)
	for _, codes := range x.codes {
		if !in(codes.country, country) {
			continue
		}
		for _, found := range codes.typed(parts, limit-len(out)) {
			out = append(out, x.code(found))
		}
	}
	if len(out) > 0 {
		return out
	}
	m := x.meaning(q, country)
	if len(m.names) == 0 {
		return nil
	}
	return x.suggest(m.names, country, limit)
}

// begun are the codes that a text may become.
func (x *Index) begun(text string, country outage.Country) (out []outage.Place) {
	t := read(text)
	if len(t.words) == 0 || !x.onlyCode(key(t.words)) {
		return nil
	}
	for _, codes := range x.codes {
		if in(codes.country, country) {
			for _, found := range codes.typed(t.words, outage.Suggestions-len(out)) {
				out = append(out, x.code(found))
			}
		}
	}
	return out
}

// beginning are the names that start with a prefix, each place once, at most limit of
// them: those that are the prefix before those that go on, then the more populous
// first. A short prefix has thousands of names, so they are not all sorted; only the
// best so far are kept.
func (x *Index) beginning(prefix string, country outage.Country, limit int) names {
	order := func(a, b name) int {
		return cmp.Or(exactFirst(a.key, b.key, prefix), cmp.Compare(x.entries[b.entry].population, x.entries[a.entry].population))
	}
	best := make(names, 0, limit+1)
	from, _ := x.names.search(prefix)
	for _, n := range x.names[from:] {
		if !strings.HasPrefix(n.key, prefix) {
			break
		}
		full := len(best) == limit
		if !in(x.entries[n.entry].where.country, country) || full && order(n, best[limit-1]) >= 0 {
			continue
		}
		if slices.ContainsFunc(best, func(had name) bool { return had.entry == n.entry }) {
			continue // under an earlier key, and an exact one is the earliest
		}
		after, _ := slices.BinarySearchFunc(best, n, func(had, n name) int { return cmp.Or(order(had, n), -1) })
		best = slices.Insert(best, after, n)
		best = best[:min(len(best), limit)]
	}
	return best
}

func exactFirst(a, b, wanted string) int {
	switch exact := a == wanted; {
	case exact == (b == wanted):
		return 0
	case exact:
		return -1
	}
	return 1
}
