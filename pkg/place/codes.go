package place

import (
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// code is a postcode district, a PIN code or a prefix of PIN codes, and the
// cell in its middle.
type code struct {
	name string
	cell outage.Cell
}

// codes is a table in the order of its names.
type codes []code

// find is the cell of a code.
func (c codes) find(name string) (outage.Cell, bool) {
	i, ok := c.search(name)
	if !ok {
		return 0, false
	}
	return c[i].cell, true
}

// under are the codes that start with a prefix, at most limit of them.
func (c codes) under(prefix string, limit int) codes {
	from, _ := c.search(prefix)
	to := from
	for to < len(c) && to-from < limit && strings.HasPrefix(c[to].name, prefix) {
		to++
	}
	return c[from:to]
}

func (c codes) search(name string) (int, bool) {
	return slices.BinarySearchFunc(c, name, func(c code, name string) int { return strings.Compare(c.name, name) })
}

// The length of a PIN code, and of the part that names a sorting district.
const (
	pinDigits    = 6
	prefixDigits = 3
)

// pin finds a PIN code. One that is not in the table is in the middle of those
// that share its first three digits.
func (x *Index) pin(digits string) (outage.Place, error) {
	if len(digits) != pinDigits {
		return outage.Place{}, outage.Invalid(field, "A PIN code has six digits.")
	}
	cell, ok := x.pins.find(digits)
	if !ok {
		cell, ok = x.prefixes.find(digits[:prefixDigits])
	}
	if !ok {
		return outage.Place{}, outage.Unknown(field, "No place has a PIN code with these first three digits.")
	}
	return x.place(digits, outage.PlacePIN, outage.IN, cell), nil
}

// outcode finds a postcode, whole or its district only, in folded words.
func (x *Index) outcode(words []string) (outage.Place, error) {
	district, rest := split(words)
	if !isDistrict(district) || rest != "" && !isInward(rest) {
		return outage.Place{}, outage.Invalid(field, "A postcode looks like SW1A or SW1A 1AA.")
	}
	name := strings.ToUpper(district)
	if cell, ok := x.outcodes.find(name); ok {
		return x.place(name, outage.PlaceOutcode, outage.GB, cell), nil
	}
	switch name[:2] {
	case "GY":
		return outage.Place{}, outage.Unknown(field, "Guernsey is not covered yet.")
	case "JE":
		return outage.Place{}, outage.Unknown(field, "Jersey is not covered yet.")
	case "IM":
		return outage.Place{}, outage.Unknown(field, "The Isle of Man is not covered yet.")
	}
	return outage.Place{}, outage.Unknown(field, "There is no such postcode district.")
}

// split tells the district of a postcode from the rest, by the space where
// there is one, else by the three characters that the rest always has.
func split(words []string) (district, rest string) {
	if len(words) == 2 {
		return words[0], words[1]
	}
	whole := strings.Join(words, "")
	if cut := len(whole) - inwardLength; cut > 1 && isDistrict(whole[:cut]) && isInward(whole[cut:]) {
		return whole[:cut], whole[cut:]
	}
	return whole, ""
}

// inwardLength is that of the second half of a postcode: 1AA.
const inwardLength = 3

// isDistrict tells the form of a postcode district: one or two letters, a
// digit, perhaps another digit or letter. Text is folded.
func isDistrict(text string) bool {
	start := letters(text)
	rest := text[start:]
	if start < 1 || start > 2 || len(rest) < 1 || len(rest) > 2 || !digit(rest[0]) {
		return false
	}
	return len(rest) == 1 || digit(rest[1]) || letter(rest[1])
}

// isInward tells the form of the second half: a digit and two letters.
func isInward(text string) bool {
	return len(text) == inwardLength && isInwardStart(text)
}

// isInwardStart also takes a second half that is still being typed.
func isInwardStart(text string) bool {
	return text != "" && len(text) <= inwardLength && digit(text[0]) && letters(text[1:]) == len(text)-1
}

// likePostcode reports whether a folded text can only be meant as a postcode:
// no city starts with one or two letters and a digit.
func likePostcode(text string) bool {
	n := letters(text)
	return (n == 1 || n == 2) && len(text) > n && digit(text[n])
}

// likePIN reports whether a folded text is all digits.
func likePIN(text string) bool {
	for i := range len(text) {
		if !digit(text[i]) {
			return false
		}
	}
	return text != ""
}

// letters counts the ASCII letters at the start of a folded text.
func letters(text string) int {
	n := 0
	for n < len(text) && letter(text[n]) {
		n++
	}
	return n
}

func letter(b byte) bool { return 'a' <= b && b <= 'z' }
func digit(b byte) bool  { return '0' <= b && b <= '9' }
