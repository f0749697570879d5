package catalog

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"downpour/pkg/outage"
)

// searchKeys are the folded names that a service is found by.
type searchKeys []string

func keysOf(service outage.Service) searchKeys {
	names := append([]string{service.Slug, service.Name}, service.Aliases...)
	for _, name := range service.Names {
		names = append(names, name)
	}
	var keys searchKeys
	for _, name := range names {
		keys = append(keys, fold(name))
	}
	return keys
}

// How well a key answers a question, best first.
const (
	matchWhole = iota
	matchStart
	matchWord // the start of a later word
	matchInside
	matchNone
)

// minInside is the number of bytes from which a question may match inside a
// word; shorter ones would match nearly everything.
const minInside = 3

// Search finds services by name, slug or alias in any script, best match first
// and then in the order of the catalogue. Letter case, accents, the nukta and
// punctuation do not matter.
func (c *Catalog) Search(q string) []outage.Service {
	question := fold(q)
	if question == "" {
		return nil
	}
	type hit struct{ at, rank int }
	var hits []hit
	for i, keys := range c.keys {
		if rank := keys.rank(question); rank < matchNone {
			hits = append(hits, hit{i, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.rank, b.rank) })
	found := make([]outage.Service, 0, len(hits))
	for _, hit := range hits {
		found = append(found, c.services[hit.at])
	}
	return found
}

func (keys searchKeys) rank(question string) int {
	best := matchNone
	for _, key := range keys {
		best = min(best, rank(key, question))
	}
	return best
}

func rank(key, question string) int {
	switch {
	case key == question, squeeze(key) == squeeze(question):
		return matchWhole
	case strings.HasPrefix(key, question), strings.HasPrefix(squeeze(key), squeeze(question)):
		return matchStart
	case strings.Contains(key, " "+question):
		return matchWord
	case len(question) >= minInside && strings.Contains(key, question):
		return matchInside
	}
	return matchNone
}

func squeeze(key string) string { return strings.ReplaceAll(key, " ", "") }

// fold makes spellings of one name equal: compatibility forms, case, Latin
// accents, the nukta of Devanagari and Bengali and the invisible joiners go;
// everything that is neither letter, mark nor digit separates words.
func fold(text string) string {
	var folded strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(text)) {
		switch {
		case ignorable(r):
		case unicode.In(r, unicode.L, unicode.M, unicode.N):
			folded.WriteRune(unicode.ToLower(r))
		default:
			folded.WriteRune(' ')
		}
	}
	return strings.Join(strings.Fields(folded.String()), " ")
}

func ignorable(r rune) bool {
	switch r {
	case 0x093c, 0x09bc, // nukta
		0x200b, 0x200c, 0x200d, 0xfeff: // zero-width space, non-joiner, joiner, no-break space
		return true
	}
	return 0x0300 <= r && r <= 0x036f // combining accents
}
