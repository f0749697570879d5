package engine

import (
	"errors"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

const codeLength = 2

// appendCountries appends the codes of the countries in their order.
func (e *Engine) appendCountries(to []byte) []byte {
	to = append(to, byte(len(e.codes)))
	for _, code := range e.codes {
		to = append(to, code...)
	}
	return to
}

// readCountries makes the countries of a state those of the engine, until coverAgain. A
// state of a version that does not name them has those that were covered then.
func (e *Engine) readCountries(from []byte, layout *format) ([]byte, error) {
	e.codes = e.config.Former
	if layout.unnamed {
		if e.codes == nil {
			e.codes = outage.Countries()
		}
	} else {
		if len(from) < 1 || len(from) < 1+codeLength*int(from[0]) {
			return nil, errTooShort
		}
		e.codes = nil
		codes := from[1 : 1+codeLength*int(from[0])]
		from = from[1+len(codes):]
		for code := range slices.Chunk(codes, codeLength) {
			e.codes = append(e.codes, outage.Country(code))
		}
	}
	for i, code := range e.codes {
		if slices.Contains(e.codes[:i], code) {
			return nil, errors.New("reading an engine: a country is listed twice")
		}
		if e.countries[code] == nil {
			e.countries[code] = newCountry(code, &e.config)
		}
	}
	return from, nil
}

// coverAgain returns from the countries of a state to those that are covered. What was
// learnt of others is forgotten, and covered ones that the state lacks begin without data.
func (e *Engine) coverAgain() {
	e.codes = outage.Countries()
	for code := range e.countries {
		if !slices.Contains(e.codes, code) {
			delete(e.countries, code)
		}
	}
	covered := func(s *series) bool { return e.countries[s.country.code] != nil }
	e.ordered = slices.DeleteFunc(e.ordered, func(s *series) bool { return !covered(s) })
	for k, s := range e.series {
		if !covered(s) {
			delete(e.series, k)
		}
	}
}
