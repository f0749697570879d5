package place

import (
	"strings"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

// most is how many places one search gives at most, whatever was asked for.
const most = 100

// Search offers places for a text that is still being typed, best first: what
// it names already, then cities by population, then postcode districts and PIN
// codes in order. It gives at most limit places, and never more than 100; none
// for an empty or over-long text. Country narrows the choice; "" is any.
//
// Only what Lookup would understand is offered, so a smaller namesake of a
// city is not. A city is shown by the name that was typed where that is its
// usual one in some language, and by today's where an old one was.
func (x *Index) Search(q string, country outage.Country, limit int) []outage.Place {
	if limit <= 0 || utf8.RuneCountInString(q) > longest {
		return nil
	}
	limit = min(limit, most)
	parts := words(q)
	prefix := key(parts)
	if prefix == "" {
		return nil
	}
	var out []outage.Place
	for _, found := range x.cities.suggest(prefix, country, limit) {
		out = append(out, x.city(found))
	}
	if in(outage.GB, country) {
		out = append(out, x.searchOutcodes(parts, limit-len(out))...)
	}
	if in(outage.IN, country) {
		out = append(out, x.searchPINs(prefix, limit-len(out))...)
	}
	return out
}

// searchOutcodes also takes a postcode whose second half has been begun.
func (x *Index) searchOutcodes(parts []string, limit int) []outage.Place {
	var out []outage.Place
	for _, found := range x.outcodes.under(strings.ToUpper(key(parts)), limit) {
		if len(parts) > 1 {
			break // "M1 1" is in M1; M11 is another district
		}
		out = append(out, x.place(found.name, outage.PlaceOutcode, outage.GB, found.cell))
	}
	if len(out) > 0 || limit <= 0 {
		return out
	}
	district := begun(parts)
	if cell, ok := x.outcodes.find(strings.ToUpper(district)); ok {
		out = append(out, x.place(strings.ToUpper(district), outage.PlaceOutcode, outage.GB, cell))
	}
	return out
}

// begun is the district of a postcode of which at least one character of the
// second half stands, "" when that is not what was typed.
func begun(parts []string) string {
	if len(parts) == 2 {
		if isDistrict(parts[0]) && isInwardStart(parts[1]) {
			return parts[0]
		}
		return ""
	}
	whole := strings.Join(parts, "")
	for cut := len(whole) - 1; cut > 1 && cut >= len(whole)-inwardLength; cut-- {
		if isDistrict(whole[:cut]) && isInwardStart(whole[cut:]) {
			return whole[:cut]
		}
	}
	return ""
}

// searchPINs gives whole PIN codes only, and one that is not in the table once
// it is whole.
func (x *Index) searchPINs(prefix string, limit int) []outage.Place {
	if !likePIN(prefix) || limit <= 0 {
		return nil
	}
	var out []outage.Place
	for _, found := range x.pins.under(prefix, limit) {
		out = append(out, x.place(found.name, outage.PlacePIN, outage.IN, found.cell))
	}
	if len(out) == 0 {
		if found, err := x.pin(prefix); err == nil {
			out = append(out, found)
		}
	}
	return out
}
