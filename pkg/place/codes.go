package place

import (
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// codes are the postal codes of a country.
type codes struct {
	country  outage.Country
	grammar  *country.Codes
	table    []country.Code // in the order of their names, as the prefixes
	prefixes []country.Code
}

// found is a code that was read: what was typed of it, and the row that has its place.
type found struct {
	name    string
	country outage.Country
	codes   *codes
	code    country.Code
}

func (x *Index) code(f found) outage.Place {
	row := f.code
	return where{f.country, row.Region, row.District, x.geography.CellIn(row.Cell, row.Region)}.place(f.name, f.codes.grammar.Kind)
}

func newCodes(pack *country.Pack) (*codes, error) {
	c := &codes{country: pack.Code, grammar: &pack.Codes}
	var err error
	if c.table, err = pack.PostalCodes(); err != nil {
		return nil, err
	}
	c.prefixes, err = pack.Prefixes()
	return c, err
}

// The outcomes of reading words as a code, the better ones larger.
type reading uint8

const (
	noCode    reading = iota // they cannot be meant as one
	elsewhere                // of a form that other countries use
	unlisted                 // of the right form, and in no table
	started                  // its start is in the table of prefixes
	listed
)

// read finds a whole code in folded words. One that is not in the table
// is in the middle of those that share its start.
func (c *codes) read(words []string) (found, reading) {
	if !c.grammar.Looks(key(words)) {
		return found{}, noCode
	}
	names := c.grammar.Readings(words)
	for _, name := range names {
		if code, ok := find(c.table, name); ok {
			return found{name, c.country, c, code}, listed
		}
	}
	if len(names) == 0 {
		return found{}, noCode
	}
	got := found{name: names[0], country: c.country, codes: c}
	if !strings.HasPrefix(key(words), strings.ToLower(got.name)) {
		return found{}, noCode // only a code of the table makes up for a wrong letter
	}
	if c.grammar.SaysElsewhere(got.name) != "" {
		return got, elsewhere
	}
	if code, ok := find(c.prefixes, c.grammar.PrefixOf(got.name)); ok {
		got.code = code
		return got, started
	}
	return got, unlisted
}

// codeIn finds the run of words that is a postal code: of those in the tables the
// longest, and the last of equal ones. Known is false for one that is in no table; its
// country is empty where the codes of several countries have that form.
func (x *Index) codeIn(t typed, country outage.Country) (best found, known bool) {
	how, length := noCode, 0
	for from := range t.words {
		for to := len(t.words); to > from; to-- {
			for _, codes := range x.codes {
				if !in(codes.country, country) {
					continue
				}
				got, as := codes.read(t.words[from:to])
				if as == noCode || as < how || as == how && len(got.name) < length || as >= started && x.denied(got, t, from, to, country) {
					continue
				}
				if as == unlisted && how == unlisted && best.country != codes.country {
					got.country = ""
				}
				best, how, length = got, as, len(got.name)
			}
		}
	}
	if how == elsewhere {
		best.country = country
	}
	if how < started {
		if got, ok := x.begunCode(t.words, country); ok {
			return got, true
		}
	}
	return best, how >= started
}

// begunCode is the code of a text that is the start of one, after the part that the
// table has.
func (x *Index) begunCode(words []string, country outage.Country) (found, bool) {
	for _, codes := range x.codes {
		if !in(codes.country, country) {
			continue
		}
		if name, ok := codes.grammar.BegunWith(words); ok {
			if code, ok := find(codes.table, name); ok {
				return found{name, codes.country, codes, code}, true
			}
		}
	}
	return found{}, false
}

// short is the length up to which a code may be something else, as a sector or a block.
const short = 4

// denied reports whether the other words of a text are a place where a short code is
// not: "B2, Noida", "Flat E3, Leeds".
func (x *Index) denied(got found, t typed, from, to int, country outage.Country) bool {
	if len(key(t.words[from:to])) > short || to-from == len(t.words) {
		return false
	}
	others := typed{slices.Concat(t.words[:from], t.words[to:]), slices.Concat(t.part[:from], t.part[to:])}
	m := x.compose(others, country)
	if !m.sure {
		return false
	}
	if at := x.entries[m.names[0].entry].where; at.country != got.country {
		return true
	} else if area, ok := find(got.codes.prefixes, got.codes.grammar.PrefixOf(got.name)); ok && area.Region != "" && at.region != "" {
		return area.Region != at.region
	}
	return false
}

// typed are the codes that a text may become, at most limit of them: those that start
// with it, else the one whose part in the table has been typed.
func (c *codes) typed(words []string, limit int) []found {
	if limit <= 0 || c.grammar.Kind == "" {
		return nil
	}
	var out []found
	if len(words) == 1 || c.grammar.Spaced { // "M1 1" is in M1; M11 is another district
		for _, code := range under(c.table, strings.ToUpper(key(words)), limit) {
			out = append(out, found{code.Name, c.country, c, code})
		}
	}
	if len(out) > 0 {
		return out
	}
	if name, ok := c.grammar.BegunWith(words); ok {
		if code, ok := find(c.table, name); ok {
			return []found{{name, c.country, c, code}}
		}
	}
	if got, as := c.read(words); as >= started {
		return []found{got}
	}
	return nil
}

// find is the code of a name.
func find(table []country.Code, name string) (country.Code, bool) {
	i, ok := search(table, name)
	if !ok {
		return country.Code{}, false
	}
	return table[i], true
}

// under are the codes that start with a prefix, at most limit of them.
func under(table []country.Code, prefix string, limit int) []country.Code {
	from, _ := search(table, prefix)
	to := from
	for to < len(table) && to-from < limit && strings.HasPrefix(table[to].Name, prefix) {
		to++
	}
	return table[from:to]
}

func search(table []country.Code, name string) (int, bool) {
	return slices.BinarySearchFunc(table, name, func(c country.Code, name string) int { return strings.Compare(c.Name, name) })
}
