package place

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// mostWords bounds the words of a text that are combined.
const mostWords = 16

// typed is a text as it is read: its folded words, and the part between commas that
// each stands in.
type typed struct {
	words []string
	part  []int
}

func read(text string) typed {
	var t typed
	for i, part := range strings.FieldsFunc(text, divides) {
		for _, word := range words(part) {
			t.words, t.part = append(t.words, word), append(t.part, i)
		}
	}
	if cut := len(t.words) - mostWords; cut > 0 { // a place stands at the end of an address
		t.words, t.part = t.words[cut:], t.part[cut:]
	}
	return t
}

// divides reports whether a rune divides the parts of an address.
func divides(r rune) bool { return strings.ContainsRune(",;/|()\n،।", r) }

// stands reports whether the words from..to are a whole part of the text, or its end:
// only there a name of two letters is meant, as that of a state in "Noida, UP".
func (t typed) stands(from, to int) bool {
	begins := from == 0 || t.part[from-1] != t.part[from]
	ends := to == len(t.words) || t.part[to-1] != t.part[to]
	return to == len(t.words) || begins && ends
}

// noise are words beside the name of a place that do not change it, in the languages of
// the pages, folded.
var noise = func() []string {
	var all []string
	for _, word := range strings.Fields(`in near the of at and city town district county state region area village centre center
		post postcode pin pincode code live from here yn ger dinas tref sir ardal cod
		में के पास शहर जिला ज़िला राज्य गाँव पिन कोड से
		শহর জেলা রাজ্য গ্রাম কাছে পিন কোড থেকে`) {
		all = append(all, words(word)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}()

// says reports whether a word may be part of a name.
func says(word string) bool {
	if _, is := slices.BinarySearch(noise, word); is {
		return false
	}
	return utf8.RuneCountInString(word) > 2 && (word[0] < '0' || word[0] > '9')
}
