package place

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// name is one of the names of a city.
type name struct {
	key  string // as it is compared
	text string // as it is shown
	city *city
}

// gazetteer holds the names of cities in the order of their keys. Of two cities
// of one country that share a key only the larger has it, so a key and a
// country are at most one city.
type gazetteer []name

// newGazetteer gives each city its names. A usual name in some language is
// shown as it stands; an old one is only a way to find today's.
func newGazetteer(cities []city, aliases []alias) (gazetteer, error) {
	largest := map[outage.Country]map[string]*city{}
	var names gazetteer
	for i := range cities {
		c := &cities[i]
		names = append(names, name{key(words(c.name)), c.name, c})
		if largest[c.country] == nil {
			largest[c.country] = map[string]*city{}
		}
		if had := largest[c.country][c.name]; had == nil || had.population < c.population {
			largest[c.country][c.name] = c
		}
	}
	for _, a := range aliases {
		c := largest[a.country][a.Of]
		if c == nil {
			return nil, fmt.Errorf("reading the table of aliases: no city %q in %s", a.Of, a.country)
		}
		shown := a.Name
		if a.Language == "" {
			shown = c.name
		}
		names = append(names, name{key(words(a.Name)), shown, c})
	}
	return names.sorted(), nil
}

func (g gazetteer) sorted() gazetteer {
	slices.SortStableFunc(g, func(a, b name) int {
		return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(string(a.city.country), string(b.city.country)),
			bySize(a, b))
	})
	return slices.CompactFunc(g, func(a, b name) bool { return a.key == b.key && a.city.country == b.city.country })
}

// bySize puts the more populous city first.
func bySize(a, b name) int { return cmp.Compare(b.city.population, a.city.population) }

// find is the most populous city of that key in a country, "" for any.
func (g gazetteer) find(key string, country outage.Country) (name, bool) {
	var best name
	for _, n := range g.under(key) {
		if n.key != key {
			break
		}
		if in(n.city.country, country) && (best.city == nil || n.city.population > best.city.population) {
			best = n
		}
	}
	return best, best.city != nil
}

// under are all names whose key starts with a prefix.
func (g gazetteer) under(prefix string) gazetteer {
	from, _ := slices.BinarySearchFunc(g, prefix, func(n name, key string) int { return strings.Compare(n.key, key) })
	to := from
	for to < len(g) && strings.HasPrefix(g[to].key, prefix) {
		to++
	}
	return g[from:to]
}

// suggest are the names that start with a prefix, each city once, at most limit
// of them: those that are the prefix before those that go on, then the more
// populous first. A short prefix has hundreds of names, so they are not all
// sorted; only the best so far are kept.
func (g gazetteer) suggest(prefix string, country outage.Country, limit int) gazetteer {
	order := func(a, b name) int { return cmp.Or(exactFirst(a.key, b.key, prefix), bySize(a, b)) }
	best := make(gazetteer, 0, limit+1)
	for _, n := range g.under(prefix) {
		full := len(best) == limit
		if !in(n.city.country, country) || full && order(n, best[limit-1]) >= 0 {
			continue
		}
		if slices.ContainsFunc(best, func(had name) bool { return had.city == n.city }) {
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

// in reports whether a place in one country answers a question about another,
// "" for any.
func in(country, asked outage.Country) bool { return asked == "" || asked == country }
