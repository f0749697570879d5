package place

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// The signs that are written under a letter for a sound that Hindi or Bengali
// borrowed. Many people leave them out.
const (
	nuktaDevanagari = '\u093c'
	nuktaBengali    = '\u09bc'
)

// words takes a text apart at spaces and commas, each word folded: lower case,
// without accents and punctuation, its digits ASCII. Vowel signs stay, since
// without them Indian names fall together.
func words(text string) []string {
	folded := cases.Fold().String(norm.NFKD.String(strings.ToValidUTF8(text, "")))
	parts := strings.FieldsFunc(folded, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	out := make([]string, 0, len(parts))
	for _, part := range parts {
		if word := strings.Map(essential, part); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// essential is the rune as it is compared, or -1 for one that is left out.
func essential(r rune) rune {
	if digit, ok := digitOf(r); ok {
		return digit
	}
	switch {
	case r == nuktaDevanagari || r == nuktaBengali:
		return -1
	case unicode.IsLetter(r):
		return r
	case unicode.Is(unicode.M, r) && !unicode.Is(unicode.Inherited, r):
		return r // a vowel sign or the like; accents belong to no one script
	}
	return -1
}

// digitOf is the ASCII digit of the same value as a decimal digit of any
// script. Unicode keeps the ten digits of a script together and in order, and
// the tables of package unicode join neighbouring tens.
func digitOf(r rune) (rune, bool) {
	if r < unicode.MaxASCII {
		return r, '0' <= r && r <= '9'
	}
	if !unicode.IsDigit(r) {
		return 0, false
	}
	for _, run := range unicode.Nd.R16 {
		if rune(run.Lo) <= r && r <= rune(run.Hi) {
			return '0' + (r-rune(run.Lo))%10, true
		}
	}
	for _, run := range unicode.Nd.R32 {
		if rune(run.Lo) <= r && r <= rune(run.Hi) {
			return '0' + (r-rune(run.Lo))%10, true
		}
	}
	return 0, false
}

// key is a name as it is compared: its folded words run together, "saint" in
// the short form in which most people write it.
func key(words []string) string {
	var out strings.Builder
	for _, word := range words {
		if word == "saint" {
			word = "st"
		}
		out.WriteString(word)
	}
	return out.String()
}
