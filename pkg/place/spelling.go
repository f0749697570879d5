package place

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

// spellings finds names by a text with a few wrong letters. It compares the text with
// every name, most of which a set of their letters and their length rule out.
type spellings struct {
	names   names
	letters []uint64 // a bit for each letter of a name and how often it came before; some share one
	runes   []uint8
}

// slip is a name and its distance from a text.
type slip struct {
	name     name
	distance int
}

func newSpellings(all names) spellings {
	s := spellings{names: all, letters: make([]uint64, len(all)), runes: make([]uint8, len(all))}
	for i, n := range all {
		s.letters[i], s.runes[i] = lettersOf(n.key)
	}
	return s
}

func lettersOf(key string) (letters uint64, runes uint8) {
	for i, r := range key {
		before := uint32(strings.Count(key[:i], string(r)))
		letters |= 1 << ((uint32(r) + before<<21) * 0x9e3779b1 >> 26)
		runes++
	}
	return letters, runes
}

// Lengths from which one and two letters may be wrong. In shorter names a single letter
// makes another name.
const (
	forgiveOne = 4
	forgiveTwo = 7
)

// forgiven is how many letters of a text may be wrong.
func forgiven(runes int) int {
	switch {
	case runes >= forgiveTwo:
		return 2
	case runes >= forgiveOne:
		return 1
	}
	return 0
}

// near are the names of a country, "" for any, within the forgiven distance of a key
// but not equal to it.
func (x *Index) near(key string, country outage.Country) (found []slip) {
	runes := utf8.RuneCountInString(key)
	most := forgiven(runes)
	if most == 0 || runes > longest {
		return nil
	}
	s, letters := &x.spellings, uint64(0)
	letters, _ = lettersOf(key)
	wanted := []rune(key)
	for i, has := range s.letters {
		if n := int(s.runes[i]); n < forgiveOne || n > runes+most || n < runes-most {
			continue
		}
		if bits.OnesCount64(letters&^has) > most || bits.OnesCount64(has&^letters) > most {
			continue
		}
		if !in(x.entries[s.names[i].entry].where.country, country) {
			continue
		}
		if d := distance(wanted, s.names[i].key, most); 0 < d && d <= most {
			found = append(found, slip{s.names[i], d})
		}
	}
	return found
}

// distance is the number of letters to insert, delete, replace or exchange with their
// neighbour to make one text of another (optimal string alignment), and more than most
// where it is more.
func distance(a []rune, text string, most int) int {
	var buffer [longest]rune
	b := buffer[:0]
	for _, r := range text {
		if len(b) == longest {
			return most + 1
		}
		b = append(b, r)
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 || len(b) == 0 {
		return max(len(a), len(b))
	}
	var rows [3][longest + 1]uint8
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		row[0] = uint8(i)
		least := row[0]
		for j := 1; j <= len(b); j++ {
			cost := last[j-1]
			if a[i-1] != b[j-1] {
				cost = min(cost, last[j], row[j-1]) + 1
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					cost = min(cost, before[j-2]+1)
				}
			}
			row[j] = cost
			least = min(least, cost)
		}
		if int(least) > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return int(last[len(b)])
}
