package place

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Resolve is what a text that names a place stands for: a postal code or the part of it
// that the tables have, a region, a county, a district, a town or a locality, or several
// of these in any order. Country narrows the choice; "" is any.
//
// A code that its table lacks is the middle of those with the same start, at the size
// that is known of them. Where several places may be meant, or the spelling fits several,
// the place is what they have in common. A text that means nothing is the country, where
// that is known.
func (x *Index) Resolve(text string, country outage.Country) outage.Resolution {
	m := x.meaning(text, country)
	switch {
	case m.sure:
		return outage.Resolution{Place: m.place(x), Understood: true}
	case len(m.names) == 0:
		return x.unknown(text, cmp.Or(country, m.code.country))
	}
	return outage.Resolution{Place: x.common(m.names), Candidates: x.suggest(m.names, country, outage.Suggestions)}
}

// unknown is the resolution of a text that means nothing, or the start of some codes.
func (x *Index) unknown(text string, country outage.Country) outage.Resolution {
	codes := x.begun(text, country)
	if country == "" && len(codes) > 0 && !slices.ContainsFunc(codes, func(p outage.Place) bool { return p.Country != codes[0].Country }) {
		country = codes[0].Country
	}
	return outage.Resolution{Place: where{country: country}.place("", outage.PlaceCountry), Candidates: codes}
}

// meaning is what a text may mean: a code, or the places of some names, the likeliest
// first.
type meaning struct {
	sure  bool
	code  found // of a code that is in no table, while it is not sure
	names names
}

func (m meaning) place(x *Index) outage.Place {
	if m.code.codes != nil {
		return x.code(m.code)
	}
	e := x.entries[m.names[0].entry]
	return e.where.place(m.names[0].text, e.kind)
}

// meaning reads a text. It does not say how other places are called, since that is
// found out by reading their names in turn.
func (x *Index) meaning(text string, country outage.Country) meaning {
	if utf8.RuneCountInString(text) > longest {
		return meaning{}
	}
	t := read(text)
	if len(t.words) == 0 {
		return meaning{}
	}
	whole := key(t.words)
	for _, codes := range x.codes { // a locality may have a code as a further name
		if got, as := codes.read(t.words); as == listed && in(codes.country, country) {
			return meaning{sure: true, code: got}
		}
	}
	if hits := x.within(x.names.of(whole), country); len(hits) > 0 {
		return x.choose(hits)
	}
	code, known := x.codeIn(t, country)
	if known {
		return meaning{sure: true, code: code}
	}
	if m := x.compose(t, country); len(m.names) > 0 {
		return m
	}
	if code.codes != nil || x.onlyCode(whole) {
		return meaning{code: code}
	}
	return x.guess(whole, country, nil)
}

// within are the names of places in a country, "" for any.
func (x *Index) within(hits names, country outage.Country) names {
	if country == "" {
		return hits
	}
	var inside names
	for _, n := range hits {
		if x.entries[n.entry].where.country == country {
			inside = append(inside, n)
		}
	}
	return inside
}

// common is what places have in common: a region, a country or nothing.
func (x *Index) common(all names) outage.Place {
	shared := x.entries[all[0].entry].where
	for _, n := range all[1:] {
		w := x.entries[n.entry].where
		if w.country != shared.country {
			shared.country = ""
		}
		if w.region != shared.region {
			shared.region = ""
		}
	}
	if shared.country != "" && shared.region != "" {
		return where{country: shared.country, region: shared.region}.place(x.regions[shared.region]["en"], outage.PlaceRegion)
	}
	return where{country: shared.country}.place("", outage.PlaceCountry)
}

// in reports whether a place in one country answers a question about another,
// "" for any.
func in(country, asked outage.Country) bool { return asked == "" || asked == country }
