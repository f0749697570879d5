// Package patch describes how a text became another, so that a page that is open needs
// only what changed of it. It owns the form of edits, which the script of live pages
// applies, and a bounded store of earlier texts. It knows nothing of what the texts say.
package patch

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Edits make a new text of an old one, from its beginning to its end: a positive number
// keeps so many of its characters, a negative one leaves so many out, and a string is
// put in. Characters are counted as browsers do, in UTF-16. They are written as JSON.
type Edits []any

// diffs compares texts. Few symbols between two differences cost less as text than as an
// edit.
var diffs = func() *diffmatchpatch.DiffMatchPatch {
	d := diffmatchpatch.New()
	d.DiffEditCost = 3
	d.DiffTimeout = 200 * time.Millisecond // for each part; then more is put in than needed
	return d
}()

// symbol is what is compared as one: the outline of a cell of a map, the way to it from
// the cell before, a number, or else a character. Outlines resemble each other in pieces
// that mean nothing.
var symbol = regexp.MustCompile(`m[-\d ]+|l[-\d ]+z|\d+|(?s:.)`)

// symbols numbers the symbols of texts, as runes.
type symbols struct {
	numbers map[string]rune
	texts   []string
}

// surrogates are no characters, so that their numbers are left out.
const firstSurrogate, surrogates = 0xD800, 0x800

func (s *symbols) of(text string) (runes []rune) {
	for _, found := range symbol.FindAllString(text, -1) {
		number, ok := s.numbers[found]
		if !ok {
			if number = rune(len(s.texts)); number >= firstSurrogate {
				number += surrogates
			}
			s.numbers[found], s.texts = number, append(s.texts, found)
		}
		runes = append(runes, number)
	}
	return runes
}

func (s *symbols) text(numbers string) string {
	var b strings.Builder
	for _, number := range numbers {
		if number >= firstSurrogate {
			number -= surrogates
		}
		b.WriteString(s.texts[number])
	}
	return b.String()
}

// Whole is the edits that make a text of an empty one.
func Whole(text string) Edits { return Edits{text} }

// Between is the edits that make one text of another.
func Between(old, text string) Edits {
	all := symbols{numbers: map[string]rune{}}
	found := diffs.DiffCleanupEfficiency(diffs.DiffMainRunes(all.of(old), all.of(text), false))
	edits := make(Edits, 0, len(found))
	for _, d := range found {
		switch part := all.text(d.Text); d.Type {
		case diffmatchpatch.DiffEqual:
			edits = append(edits, characters(part))
		case diffmatchpatch.DiffDelete:
			edits = append(edits, -characters(part))
		case diffmatchpatch.DiffInsert:
			edits = append(edits, part)
		}
	}
	return edits
}

// characters is the length of a text in UTF-16.
func characters(text string) int {
	n := 0
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		n, text = n+utf16.RuneLen(r), text[size:]
	}
	return n
}
