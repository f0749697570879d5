package place

import (
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

// most is how many places one search gives at most, whatever was asked for.
const most = 100

// Search offers places for a text that is still being typed, best first: what
// it names already, then cities by population, then postal codes in order. It gives at most limit places, and never more than 100; none
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
	for _, codes := range x.codes {
		if !in(codes.country, country) {
			continue
		}
		for _, found := range codes.typed(parts, limit-len(out)) {
			out = append(out, x.codePlace(found))
		}
	}
	return out
}
