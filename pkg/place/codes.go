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
	whole   bool // the table has the code, and not only its start
}

// better reports whether f is to be preferred to another reading of the same text.
func (f found) better(other found, asked outage.Country) bool {
	switch {
	case other.codes == nil:
		return true
	case asked != "" && (f.country == asked) != (other.country == asked):
		return f.country == asked
	}
	return f.whole && !other.whole
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

// read finds a whole code in folded words. One that is not in the table
// is in the middle of those that share its start.
func (c *codes) read(words []string) (found, error) {
	names := c.grammar.Readings(words)
	if len(names) == 0 {
		return found{}, outage.Invalid(field, "%s", c.grammar.Hint)
	}
	for _, name := range names {
		if code, ok := find(c.table, name); ok {
			return found{name: name, code: code, whole: true}, nil
		}
	}
	name := names[0]
	if says := c.grammar.SaysElsewhere(name); says != "" {
		return found{}, outage.Unknown(field, "%s", says)
	}
	if code, ok := find(c.prefixes, c.grammar.PrefixOf(name)); ok {
		return found{name: name, code: code}, nil
	}
	return found{}, outage.Unknown(field, "%s", c.grammar.Unknown)
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
			out = append(out, found{name: code.Name, codes: c, code: code})
		}
	}
	if len(out) > 0 {
		return out
	}
	if name, ok := c.grammar.BegunWith(words); ok {
		if code, ok := find(c.table, name); ok {
			return []found{{name: name, codes: c, code: code}}
		}
	}
	if c.grammar.Looks(key(words)) {
		if got, err := c.read(words); err == nil {
			got.codes = c
			return []found{got}
		}
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
