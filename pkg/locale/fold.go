package locale

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Words takes a name apart into the words by which it is compared, so that the
// usual spellings of one name are equal in every script: compatibility forms and
// letter case are folded (Unicode NFKD and full case folding), accents, the
// nukta of Indian scripts, apostrophes and invisible joiners are left out, and
// digits of any script become 0 to 9. Vowel signs stay, since without them
// Indian names fall together. Of two spellings of one conjunct one stands. Whatever else is neither letter, mark nor number
// separates words.
func Words(text string) []string {
	if ascii(text) { // most names are; they have one form
		return strings.Fields(strings.Map(compared, strings.ToLower(text)))
	}
	decomposed := norm.NFKD.String(strings.ToValidUTF8(text, ""))
	folded := norm.NFKD.String(cases.Fold().String(decomposed))
	return strings.Fields(spellings.Replace(strings.Map(compared, folded)))
}

// spellings are two ways of writing one sound: Bengali nga before ka as a conjunct, or as
// anusvara ("ব্যাঙ্ক", "ব্যাংক").
var spellings = strings.NewReplacer("\u0999\u09cd\u0995", "\u0982\u0995")

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] > unicode.MaxASCII {
			return false
		}
	}
	return true
}

// Key is a name as it is compared where spaces do not matter: its words run
// together. It is empty for text without letters and numbers.
func Key(text string) string { return strings.Join(Words(text), "") }

// compared is the rune as names are compared by it, a space for one that separates words
// and -1 for one that is left out.
func compared(r rune) rune {
	if digit, ok := digitOf(r); ok {
		return digit
	}
	switch {
	case unicode.IsLetter(r) && !apostrophe(r) || unicode.IsNumber(r):
		return r
	case unicode.Is(unicode.M, r):
		if accent(r) {
			return -1
		}
		return r
	case apostrophe(r) || unicode.Is(unicode.Cf, r):
		return -1
	}
	return ' '
}

// nukta is the canonical combining class of the dot that Indian scripts set under
// a letter for a sound of another language. Many people leave it out.
const nukta = 7

// accent reports whether a mark is one that many people leave out. Those that
// belong to no one script are the accents of Latin letters.
func accent(r rune) bool {
	return unicode.Is(unicode.Inherited, r) || norm.NFD.PropertiesString(string(r)).CCC() == nukta
}

// apostrophe reports whether a rune is an apostrophe in any of the forms in which
// keyboards write it. It stands inside a word: "King's".
func apostrophe(r rune) bool { return strings.ContainsRune("'’‘ʼ`´′", r) }

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
