package privacy

import (
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/redact"
)

const (
	// exactDecimals is how many decimals make a coordinate exact: the fourth is
	// about ten metres.
	exactDecimals = 4
	keyToNumber   = 16 // bytes between the name of an axis and its number
	axisToAxis    = 64 // bytes between the two numbers, with the second name
	pairGap       = 6  // bytes between the numbers of a pair without names
)

// axes are the names of the two axes; pairNames are names of both together.
var (
	axes      = map[string]int{"lat": 1, "latitude": 1, "lng": 2, "lon": 2, "long": 2, "longitude": 2}
	pairNames = map[string]bool{"coordinates": true, "coords": true, "coordinate": true, "point": true}
)

// IsAxis reports whether a word is the name of an axis.
func IsAxis(word string) bool { return axes[strings.ToLower(word)] != 0 }

// coordinateAt recognises two numbers with four decimals or more, each behind
// the name of its axis, or both behind a name of the pair.
func coordinateAt(_ *Scanner, before, rest []byte) (m found, ok bool) {
	if len(rest) < 3 || !strings.ContainsRune("aonAON", rune(rest[1])) || isLetter(lastOf(before)) {
		return m, false
	}
	word := letters(rest)
	if pairNames[word] {
		first := numberWithin(rest[len(word):], keyToNumber, 180)
		if first < 0 {
			return m, false
		}
		at := len(word) + first
		second := numberWithin(rest[at:], pairGap, 180)
		return found{kind: Coordinate, n: at + max(0, second), excerpt: word + " " + redact.Mask + ", " + redact.Mask}, second >= 0
	}
	axis := axes[word]
	if axis == 0 {
		return m, false
	}
	first := numberWithin(rest[len(word):], keyToNumber, largest(axis))
	if first < 0 {
		return m, false
	}
	at := len(word) + first
	for i := at; i < min(len(rest), at+axisToAxis); i++ {
		if rest[i]|0x20 != 'l' {
			continue
		}
		other := letters(rest[i:])
		if axes[other] == 0 || axes[other] == axis || i > 0 && isLetter(rest[i-1]) {
			continue
		}
		if second := numberWithin(rest[i+len(other):], keyToNumber, largest(axes[other])); second >= 0 {
			text := word + " " + redact.Mask + ", " + other + " " + redact.Mask
			return found{kind: Coordinate, n: i + len(other) + second, excerpt: text}, true
		}
	}
	return m, false
}

func largest(axis int) float64 { return 90 * float64(axis) }

// letters is the run of letters that a text begins with, in lower case; "" where
// it is longer than the longest name.
func letters(text []byte) string {
	const longest = len("coordinates")
	n := 0
	for n < len(text) && n <= longest && isLetter(text[n]) {
		n++
	}
	if n > longest {
		return ""
	}
	return strings.ToLower(string(text[:n]))
}

// numberWithin finds an exact number that begins within the first bytes, before
// any letter, and returns where it ends, or -1.
func numberWithin(text []byte, within int, largest float64) int {
	for i := 0; i < min(len(text), within); i++ {
		if isLetter(text[i]) {
			return -1
		}
		if !isDigit(text[i]) || i > 0 && isDotted(text[i-1]) {
			continue
		}
		end := i
		for end < len(text) && end-i < 24 && isDotted(text[end]) {
			end++
		}
		whole, decimals, _ := strings.Cut(string(text[i:end]), ".")
		if value, err := strconv.ParseFloat(string(text[i:end]), 64); err == nil && value <= largest && len(whole) <= 3 && len(decimals) >= exactDecimals {
			return end
		}
	}
	return -1
}
