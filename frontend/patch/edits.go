// Package patch describes how a text became another, so that a page that is open needs
// only what changed of it. It owns the form of edits, which the script of live pages
// applies, and a bounded store of earlier texts. It knows nothing of what the texts say.
package patch

import (
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Edits make a new text of an old one, from its beginning to its end: a positive number
// keeps so many of its characters, a negative one leaves so many out, and a string is
// put in. Characters are counted as browsers do, in UTF-16. They are written as JSON.
type Edits []any

// diffs compares texts. Few characters between two differences cost less as text than as
// an edit.
var diffs = func() *diffmatchpatch.DiffMatchPatch {
	d := diffmatchpatch.New()
	d.DiffEditCost = 5
	d.DiffTimeout = 200 * time.Millisecond // for each part; then more is put in than needed
	return d
}()

// Whole is the edits that make a text of an empty one.
func Whole(text string) Edits { return Edits{text} }

// Between is the edits that make one text of another.
func Between(old, text string) Edits {
	found := diffs.DiffCleanupEfficiency(diffs.DiffMain(old, text, false))
	edits := make(Edits, 0, len(found))
	for _, d := range found {
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			edits = append(edits, characters(d.Text))
		case diffmatchpatch.DiffDelete:
			edits = append(edits, -characters(d.Text))
		case diffmatchpatch.DiffInsert:
			edits = append(edits, d.Text)
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
