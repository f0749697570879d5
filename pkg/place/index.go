package place

import (
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

// field is the name on the wire of what this package reads.
const field = "place"

// longest is how many runes of text are looked at; the longest name of the
// tables has 40.
const longest = 80

// Geography knows the region of a cell, "" for one outside both countries. It
// must be safe for concurrent use and should not block.
type Geography interface {
	RegionOf(outage.Cell) outage.Region
}

// Index finds places by name. It is built once by Load, never changes, and is
// safe for concurrent use.
type Index struct {
	geography Geography
	outcodes  codes
	pins      codes
	prefixes  codes
	cities    gazetteer
	table     []city
}

// Load reads the embedded tables. It fails only when one is damaged.
func Load(geography Geography) (*Index, error) {
	x := &Index{geography: geography}
	for _, table := range []struct {
		into         *codes
		name, header string
		bytes        []byte
	}{
		{&x.outcodes, "the table of postcode districts", "outcode,cell", outcodesGB},
		{&x.pins, "the table of PIN codes", "pin,cell", pinsIN},
		{&x.prefixes, "the table of PIN prefixes", "prefix,cell", prefixesIN},
	} {
		read, err := readCodes(table.name, table.bytes, table.header)
		if err != nil {
			return nil, err
		}
		*table.into = read
	}
	cities, err := readCities(citiesTable)
	if err != nil {
		return nil, err
	}
	x.table = cities
	aliases, err := readAliases(aliasesTable)
	if err != nil {
		return nil, err
	}
	if x.cities, err = newGazetteer(cities, aliases); err != nil {
		return nil, err
	}
	return x, nil
}

// City is a city of the tables.
type City struct {
	Name       string
	Country    outage.Country
	Cell       outage.Cell
	Population int
}

// Cities lists the cities of the tables, in their order.
func (x *Index) Cities() []City {
	cities := make([]City, len(x.table))
	for i, c := range x.table {
		cities[i] = City{Name: c.name, Country: c.country, Cell: c.cell, Population: c.population}
	}
	return cities
}

// Lookup is the place that a text names: a postcode or its district, a PIN
// code, a city, or anything that ends in a postcode or PIN code ("Hove BN3").
// Of a full postcode only the district is used. Of cities that share a name it
// is the most populous. Country narrows the choice; "" is any.
//
// Errors are of type *outage.Error on field "place": invalid for text that can
// be no place, unknown for a name that is in no table.
func (x *Index) Lookup(text string, country outage.Country) (outage.Place, error) {
	if utf8.RuneCountInString(text) > longest {
		return outage.Place{}, outage.Invalid(field, "The place is longer than %d characters.", longest)
	}
	parts := words(text)
	if len(parts) == 0 {
		return outage.Place{}, outage.Invalid(field, "The place is empty.")
	}
	if found, ok := x.cities.find(key(parts), country); ok {
		return x.city(found), nil
	}
	place, err := x.codeAtEnd(parts)
	return inCountry(place, err, country)
}

// codeAtEnd finds the longest run of last words that is a postcode or PIN code
// of the tables. Where there is none, the error is about the longest run that
// looks like one.
func (x *Index) codeAtEnd(parts []string) (outage.Place, error) {
	var first error
	for i := range parts {
		place, ok, err := x.code(parts[i:])
		if ok && err == nil {
			return place, nil
		}
		if first == nil {
			first = err
		}
	}
	if first != nil {
		return outage.Place{}, first
	}
	return outage.Place{}, outage.Unknown(field,
		"There is no city of that name in the tables. A postcode or PIN code works too.")
}

// code reads words as a postcode or PIN code; ok is false where they cannot be
// meant as one.
func (x *Index) code(parts []string) (place outage.Place, ok bool, err error) {
	whole := key(parts)
	switch {
	case likePIN(whole):
		place, err = x.pin(whole)
	case likePostcode(whole):
		place, err = x.outcode(parts)
	default:
		return outage.Place{}, false, nil
	}
	return place, true, err
}

func inCountry(place outage.Place, err error, country outage.Country) (outage.Place, error) {
	switch {
	case err != nil:
		return outage.Place{}, err
	case in(place.Country, country):
		return place, nil
	case place.Kind == outage.PlacePIN:
		return outage.Place{}, outage.Unknown(field, "PIN codes are Indian, and another country was given.")
	}
	return outage.Place{}, outage.Unknown(field, "Postcode districts are British, and another country was given.")
}

func (x *Index) city(found name) outage.Place {
	return x.place(found.text, outage.PlaceCity, found.city.country, found.city.cell)
}

func (x *Index) place(name string, kind outage.PlaceKind, country outage.Country, cell outage.Cell) outage.Place {
	return outage.Place{Name: name, Kind: kind, Country: country, Region: x.geography.RegionOf(cell), Cell: cell}
}
