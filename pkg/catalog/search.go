package catalog

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// searchKey is a folded name or alias that a service is found by.
type searchKey struct {
	words  []string
	spaced string // a space before each word
	joined string // no space
	alias  bool
}

func keysOf(service outage.Service) []searchKey {
	keys := []searchKey{keyOf(locale.Words(service.Slug), false)}
	for _, language := range languages {
		if name, ok := service.Names[language]; ok {
			keys = append(keys, keyOf(locale.Words(name), false))
		}
	}
	for _, alias := range service.Aliases {
		keys = append(keys, keyOf(locale.Words(alias), true))
	}
	return keys
}

func keyOf(words []string, alias bool) searchKey {
	return searchKey{words: words, spaced: " " + strings.Join(words, " "), joined: strings.Join(words, ""), alias: alias}
}

// How well a key answers a question, best first. Whoever types a whole alias
// ("fb", "pnb") means that service, more than one whose name starts so.
const (
	nameWhole = iota
	aliasWhole
	nameStart
	aliasStart
	nameWord // the start of a later word
	aliasWord
	inside
	inSentence // the key stands among words that mean something else
	misspelt
	nowhere
)

// minInside is the number of letters from which a question may match inside a
// word; shorter ones would match nearly everything.
const minInside = 3

// hit is a service found. Of two of one rank the one with the smaller order comes
// first.
type hit struct{ at, rank, order int }

// Search finds services by name, slug or alias in any script, best match first
// and then in the order of the catalogue, and the categories of the trouble that
// the question names. The country is "" for services of any country. Names are
// compared as locale.Words folds them. Where nothing has the name as it was typed,
// what people say of a service that does not work is left out, then the name is
// looked for in the sentence, then slips of spelling are forgiven.
func (c *Catalog) Search(text string, country outage.Country) outage.Found {
	q := questionOf(text)
	if len(q.words) == 0 {
		return outage.Found{}
	}
	q.trouble = marked(q.words, c.troubles)
	among := func(s outage.Service) bool { return usedIn(s, country) }
	named := c.categoriesNamed(question.isAbout, q, among)
	hits := c.find(q, among, len(named) > 0)
	switch {
	case len(named) > 0:
	case len(hits) == 0:
		named = c.categoriesNamed(question.mentions, q, among)
	case hits[0].rank == inSentence:
		named = c.categoriesNamed(question.describes, q, among)
		if c.all(hits, func(s outage.Service) bool { return slices.Contains(named, s.Category) }) {
			named = nil // the services are what is meant: "jio no signal"
		}
	}
	if len(hits) == 0 && len(named) == 0 {
		hits = c.misspelt(q, among)
		if len(hits) == 0 {
			named = c.categoriesMisspelt(q, among)
		}
	}
	found := outage.Found{Categories: named, Sure: len(named) == 0 && sure(hits)}
	for _, hit := range hits {
		found.Services = append(found.Services, c.services[hit.at])
	}
	return found
}

// sure reports whether the first hit is what was meant.
func sure(hits []hit) bool {
	switch {
	case len(hits) == 0 || hits[0].rank == misspelt:
		return false
	case len(hits) == 1:
		return true
	}
	return hits[0].rank <= aliasWhole && hits[1].rank > aliasWhole
}

// find lists the services that have the name, best first. Only a whole name
// counts where the question names a category as well.
func (c *Catalog) find(q question, among func(outage.Service) bool, whole bool) []hit {
	most := nowhere
	if whole {
		most = nameStart
	}
	asked, core := keyOf(q.words, false), keyOf(q.core, false)
	for _, rank := range []func(searchKey) (int, int){
		func(key searchKey) (int, int) { return key.rank(asked), 0 },
		func(key searchKey) (int, int) {
			if q.isAbout(key.words) {
				return key.whole(), -len(key.words)
			}
			return nowhere, 0
		},
		func(key searchKey) (int, int) { return key.rank(core), 0 },
		func(key searchKey) (int, int) {
			if q.speaksOf(key.words) {
				return inSentence, -utf8.RuneCountInString(key.joined)
			}
			return nowhere, 0
		},
	} {
		if hits := c.ranked(among, most, rank); len(hits) > 0 {
			return hits
		}
	}
	return nil
}

// misspelt lists the services whose names are nearest to the question.
func (c *Catalog) misspelt(q question, among func(outage.Service) bool) []hit {
	hits := c.ranked(among, nowhere, func(key searchKey) (int, int) {
		if n, ok := q.misspelt(key.words); ok {
			return misspelt, n
		}
		return nowhere, 0
	})
	return slices.DeleteFunc(hits, func(h hit) bool { return h.order > hits[0].order })
}

// ranked lists the services with a rank below a limit, by their best key.
func (c *Catalog) ranked(among func(outage.Service) bool, limit int, rank func(searchKey) (rank, order int)) []hit {
	var hits []hit
	for i, keys := range c.keys {
		if !among(c.services[i]) {
			continue
		}
		best := hit{i, nowhere, 0}
		for _, key := range keys {
			if r, order := rank(key); r < best.rank || r == best.rank && order < best.order {
				best.rank, best.order = r, order
			}
		}
		if best.rank < limit {
			hits = append(hits, best)
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.order, b.order)) })
	return hits
}

// all reports whether there are hits and all of them are so.
func (c *Catalog) all(hits []hit, is func(outage.Service) bool) bool {
	for _, hit := range hits {
		if !is(c.services[hit.at]) {
			return false
		}
	}
	return len(hits) > 0
}

func usedIn(service outage.Service, country outage.Country) bool {
	return country == "" || len(service.Country) == 0 || slices.Contains(service.Country, country)
}

func (key searchKey) whole() int {
	if key.alias {
		return aliasWhole
	}
	return nameWhole
}

func (key searchKey) rank(question searchKey) int {
	rank := nameWhole
	switch {
	case key.joined == question.joined:
	case strings.HasPrefix(key.joined, question.joined):
		rank = nameStart
	case strings.Contains(key.spaced, question.spaced):
		rank = nameWord
	case utf8.RuneCountInString(question.joined) >= minInside && strings.Contains(key.spaced, question.spaced[1:]):
		return inside
	default:
		return nowhere
	}
	if key.alias {
		rank++ // the ranks of an alias follow those of a name
	}
	return rank
}
