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
	spaced string // a space before each word
	joined string // no space
	alias  bool
}

func keysOf(service outage.Service) []searchKey {
	keys := []searchKey{keyOf(service.Slug, false)}
	for _, name := range service.Names {
		keys = append(keys, keyOf(name, false))
	}
	for _, alias := range service.Aliases {
		keys = append(keys, keyOf(alias, true))
	}
	return keys
}

func keyOf(name string, alias bool) searchKey {
	words := locale.Words(name)
	return searchKey{spaced: " " + strings.Join(words, " "), joined: strings.Join(words, ""), alias: alias}
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
	nowhere
)

// minInside is the number of letters from which a question may match inside a
// word; shorter ones would match nearly everything.
const minInside = 3

// Search finds services by name, slug or alias in any script, best match first
// and then in the order of the catalogue. Names are compared as locale.Words folds
// them.
func (c *Catalog) Search(q string) []outage.Service {
	question := keyOf(q, false)
	if question.joined == "" {
		return nil
	}
	type hit struct{ at, rank int }
	var hits []hit
	for i, keys := range c.keys {
		best := nowhere
		for _, key := range keys {
			best = min(best, key.rank(question))
		}
		if best < nowhere {
			hits = append(hits, hit{i, best})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.rank, b.rank) })
	found := make([]outage.Service, 0, len(hits))
	for _, hit := range hits {
		found = append(found, c.services[hit.at])
	}
	return found
}

// AccessNetwork is the slug of the access network that has a name, slug or alias, in
// any script; false where none has it. A name goes before an alias.
func (c *Catalog) AccessNetwork(name string) (slug string, ok bool) {
	question, best := keyOf(name, false), nameStart
	if question.joined == "" {
		return "", false
	}
	for i, keys := range c.keys {
		if !c.services[i].AccessNetwork() {
			continue
		}
		for _, key := range keys {
			if rank := key.rank(question); rank < best {
				slug, best = c.services[i].Slug, rank
			}
		}
	}
	return slug, slug != ""
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
