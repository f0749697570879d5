package place

import (
	"cmp"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// field is the name on the wire of what this package reads.
const field = "place"

// longest is how many runes of text are looked at; the longest name of the
// tables has 40.
const longest = 80

// Geography knows the region of a cell, "" for one outside all countries, its district in
// that region, and the cell near it in which a report of a region counts. It must be safe for concurrent use and should not block.
type Geography interface {
	RegionOf(outage.Cell) outage.Region
	DistrictOf(outage.Cell, outage.Region) outage.District
	CellIn(outage.Cell, outage.Region) outage.Cell
}

// Index finds places by name. It is built once by Load, never changes, and is
// safe for concurrent use.
type Index struct {
	geography Geography
	codes     []*codes // by country, in the order in which they are shown
	cities    gazetteer
	table     []city
}

// Load reads the tables of the countries. It fails only when one is damaged.
func Load(geography Geography, packs country.Set) (*Index, error) {
	x := &Index{geography: geography}
	var aliases []alias
	for _, pack := range packs {
		codes, err := newCodes(pack)
		if err != nil {
			return nil, err
		}
		x.codes = append(x.codes, codes)
		cities, err := pack.Cities()
		if err != nil {
			return nil, err
		}
		for _, c := range cities {
			x.table = append(x.table, city{c.Name, pack.Code, c.Cell, c.Population})
		}
		others, err := pack.Aliases()
		if err != nil {
			return nil, err
		}
		for _, other := range others {
			aliases = append(aliases, alias{pack.Code, other})
		}
	}
	var err error
	x.cities, err = newGazetteer(x.table, aliases)
	return x, err
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

// Lookup is the place that a text names: a postal code or the part of it that the
// tables have, a city, or anything that ends in a code ("Hove BN3"). Of cities that
// share a name it is the most populous. Country narrows the choice; "" is any.
//
// A code that its table lacks is the middle of those with the same start. A place has
// its own region and district, which win over those of its cell.
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
	place, err := x.codeAtEnd(parts, country)
	if err == nil && !in(place.Country, country) {
		return outage.Place{}, outage.Unknown(field, "This code is one of another country than the one given.")
	}
	return place, err
}

// codeAtEnd finds the longest run of last words that is a postal code of the tables.
// Where there is none, the error is about the longest run that looks like one.
func (x *Index) codeAtEnd(parts []string, country outage.Country) (outage.Place, error) {
	var first error
	for i := range parts {
		place, ok, err := x.code(parts[i:], country)
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
		"There is no city of that name in the tables. A postal code works too.")
}

// code reads words as a postal code; ok is false where they cannot be meant as one. Of
// countries that have the code it is the one asked for, else the first in whose table
// it stands whole.
func (x *Index) code(parts []string, country outage.Country) (place outage.Place, ok bool, err error) {
	whole := key(parts)
	var best found
	for _, codes := range x.codes {
		if !codes.grammar.Looks(whole) {
			continue
		}
		ok = true
		got, fault := codes.read(parts)
		if fault != nil {
			err = cmp.Or(err, fault)
			continue
		}
		if got.country, got.codes = codes.country, codes; got.better(best, country) {
			best = got
		}
	}
	if best.codes == nil {
		return outage.Place{}, ok, err
	}
	return x.codePlace(best), true, nil
}

func (x *Index) city(found name) outage.Place {
	cell := found.city.cell
	region := x.geography.RegionOf(cell)
	return outage.Place{
		Name: found.text, Kind: outage.PlaceCity, Country: found.city.country,
		Region: region, District: x.geography.DistrictOf(cell, region), Cell: cell,
	}
}

func (x *Index) codePlace(found found) outage.Place {
	return outage.Place{
		Name: found.name, Kind: found.codes.grammar.Kind, Country: found.codes.country,
		Region: found.code.Region, District: found.code.District,
		Cell: x.geography.CellIn(found.code.Cell, found.code.Region),
	}
}
