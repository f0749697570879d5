package catalog

import (
	"strings"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/locale"
)

// question is what somebody searches for.
type question struct {
	words []string
	stop  []bool   // beside words: it belongs to a stop phrase
	core  []string // the words without the stop phrases; all of them where nothing else is left
	// trouble is beside words too: the word belongs to a keyword of several words,
	// as "signal" does in "no signal", and names no service there.
	trouble []bool
}

func questionOf(text string) question {
	q := question{words: locale.Words(text)}
	q.stop, q.trouble = marked(q.words, stops), make([]bool, len(q.words))
	for i, word := range q.words {
		if !q.stop[i] {
			q.core = append(q.core, word)
		}
	}
	if len(q.core) == 0 {
		q.core = q.words
	}
	return q
}

// isAbout reports whether the question is a name and stop phrases, as "hsbc app"
// is, and "app store down".
func (q question) isAbout(name []string) bool {
	at := indexOf(q.words, name)
	if at < 0 || len(name) == 0 {
		return false
	}
	for i := range q.words {
		if (i < at || i >= at+len(name)) && !q.stop[i] {
			return false
		}
	}
	return true
}

// minInSentence is the number of letters from which a name is looked for in a
// sentence: "3" in a sentence is a number.
const minInSentence = 2

// speaksOf reports whether a name stands somewhere in the question, and not of
// words alone that mean something else there.
func (q question) speaksOf(name []string) bool {
	at := indexOf(q.words, name)
	if at < 0 || utf8.RuneCountInString(strings.Join(name, "")) < minInSentence {
		return false
	}
	for i := range name {
		if !q.stop[at+i] && !q.trouble[at+i] {
			return true
		}
	}
	return false
}

// mentions reports whether a keyword stands somewhere in the question.
func (q question) mentions(keyword []string) bool { return indexOf(q.words, keyword) >= 0 }

// describes is mentions for keywords of several words only: a single one ("card",
// "delivery") may tell more of a service than of its kind.
func (q question) describes(keyword []string) bool { return len(keyword) > 1 && q.mentions(keyword) }

// misspelt is the number of slips by which the question differs from a name, the
// less of its whole and of its single words; false where it is too many.
func (q question) misspelt(name []string) (int, bool) {
	joined := strings.Join(name, "")
	least, found := slips(strings.Join(q.core, ""), joined)
	if len(name) > 1 {
		return least, found
	}
	for _, word := range q.core {
		if utf8.RuneCountInString(word) < minInWord {
			continue
		}
		if n, ok := slips(word, joined); ok && (!found || n < least) {
			least, found = n, true
		}
	}
	return least, found
}

// Letters from which slips are forgiven: in a whole question, in one of its
// words, and two of them.
const (
	minInWhole = 4
	minInWord  = 5
	minForTwo  = 8
)

// slips is the distance of two spellings, false where it is not forgiven.
func slips(typed, name string) (int, bool) {
	letters := min(utf8.RuneCountInString(typed), utf8.RuneCountInString(name))
	most := 1
	switch {
	case letters < minInWhole:
		return 0, false
	case letters >= minForTwo:
		most = 2
	}
	n := locale.Distance(typed, name)
	return n, n <= most
}
