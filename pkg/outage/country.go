package outage

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Country is an ISO 3166-1 alpha-2 code.
type Country string

// CountryFacts is what the whole program must know of a country. It comes from the
// country's data.
type CountryFacts struct {
	Code Country
	// Aliases are other names of the country in addresses, in lower case.
	Aliases []string
	// Names are the words for the country by language.
	Names map[string]CountryNames
	// Languages are those that are spoken there, the most common first.
	Languages []string
	// Zone is the local time of most people, in which series of the whole country are
	// told; RegionZones are those of regions with another time.
	Zone        *time.Location
	RegionZones map[Region]*time.Location
	// DeviceZones are the zones by which a device is guessed to be in the country.
	DeviceZones []string
	// Holidays are the public holidays, by number of the local day since 1970.
	Holidays map[int]bool
	// MapResolution is the H3 resolution of maps within pages, LargeResolution that of
	// the large map and of the API unless another is asked for.
	MapResolution, LargeResolution int
}

// CountryNames are the words for a country in one language.
type CountryNames struct {
	Name  string // by itself, as short as people say it
	Full  string // as part of a title, with its article
	In    string // as part of a sentence: where something happens
	Clock string // its local time
	// Towns are the largest ones, as examples of a place.
	Towns []string
}

// The covered countries are a registry and no value that is passed around: a country
// is a word of the vocabulary, its zone and its names are asked for wherever a time
// or a name is written, and a process covers one set of countries for its whole life.
// The command registers them once before anything else runs; tests import package
// countrytest, which registers those of the default.
var covered atomic.Pointer[registry]

type registry struct {
	codes []Country
	facts map[Country]*CountryFacts
}

func registered() *registry {
	if known := covered.Load(); known != nil {
		return known
	}
	return &registry{}
}

// Cover registers the countries in which reports are counted, in the order in which
// they are shown. It replaces those registered before.
func Cover(countries ...CountryFacts) {
	next := &registry{facts: make(map[Country]*CountryFacts, len(countries))}
	for i := range countries {
		next.codes = append(next.codes, countries[i].Code)
		next.facts[countries[i].Code] = &countries[i]
	}
	next.codes = slices.Clip(next.codes)
	covered.Store(next)
}

// Countries lists the covered countries in the order in which they are shown. Callers
// must not change it.
func Countries() []Country { return registered().codes }

// CountryNamed is the covered country of a code or another name in an address, in any
// case of letters.
func CountryNamed(text string) (Country, bool) {
	known := registered()
	if code := Country(strings.ToUpper(text)); known.facts[code] != nil {
		return code, true
	}
	for _, code := range known.codes {
		if slices.Contains(known.facts[code].Aliases, strings.ToLower(text)) {
			return code, true
		}
	}
	return "", false
}

var unknownCountry = &CountryFacts{Zone: time.UTC, MapResolution: CellCoarse, LargeResolution: CellCoarse + 1}

func (c Country) facts() *CountryFacts {
	if facts := registered().facts[c]; facts != nil {
		return facts
	}
	return unknownCountry
}

// Covered reports whether c is a country that Downpour counts in.
func (c Country) Covered() bool { return registered().facts[c] != nil }

// Zone is the local time of most people of the country, in which its days and weeks
// are told; UTC for a country that is not covered.
func (c Country) Zone() *time.Location { return c.facts().Zone }

// Holiday reports whether a local day, counted from 1970, is a public holiday.
func (c Country) Holiday(day int) bool { return c.facts().Holidays[day] }

// Names are the words for the country in a language, in English where it has none in
// that one, and its code for a country that is not covered.
func (c Country) Names(language string) CountryNames {
	names := c.facts().Names
	if found, ok := names[language]; ok {
		return found
	}
	if found, ok := names["en"]; ok {
		return found
	}
	code := string(c)
	return CountryNames{Name: code, Full: code, In: code, Clock: code}
}

// Languages are those that are spoken in the country, the most common first.
func (c Country) Languages() []string { return c.facts().Languages }

// DeviceZones are the time zones by which a device is guessed to be in the country.
func (c Country) DeviceZones() []string { return c.facts().DeviceZones }

// MapResolution is the H3 resolution of the country's maps within pages.
func (c Country) MapResolution() int { return c.facts().MapResolution }

// LargeResolution is the H3 resolution of the large map of the country.
func (c Country) LargeResolution() int { return c.facts().LargeResolution }

// Country is the country a region belongs to, empty for the empty region.
func (r Region) Country() Country {
	country, _, _ := strings.Cut(string(r), "-")
	return Country(country)
}

// Zone is the local time of a region, that of its country where it has none of its own.
func (r Region) Zone() *time.Location {
	facts := r.Country().facts()
	if zone, ok := facts.RegionZones[r]; ok {
		return zone
	}
	return facts.Zone
}
