package place

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// size is the rank of a kind of place. Of places of one name the larger rank is meant:
// "Wales" is the nation and not the village.
type size uint8

const (
	sizeCountry size = iota
	sizeRegion
	sizeCounty
	sizeDistrict
	sizeTown
)

var sizes = map[outage.PlaceKind]size{
	outage.PlaceCountry: sizeCountry, outage.PlaceRegion: sizeRegion, outage.PlaceCounty: sizeCounty,
	outage.PlaceDistrict: sizeDistrict, outage.PlaceCity: sizeTown, outage.PlaceLocality: sizeTown,
}

// People of places without a population of their own, by which they are ordered among
// towns. A locality without one is a village or a quarter.
var people = map[outage.PlaceKind]int{
	outage.PlaceCountry: 10_000_000, outage.PlaceRegion: 2_000_000, outage.PlaceCounty: 400_000,
	outage.PlaceDistrict: 200_000, outage.PlaceCity: 5000, outage.PlaceLocality: 1000,
}

// entry is a place of the tables.
type entry struct {
	name       string
	kind       outage.PlaceKind
	size       size
	where      where
	population int // estimated where it is not known
}

// where is what counts of a place.
type where struct {
	country  outage.Country
	region   outage.Region
	district outage.District
	cell     outage.Cell
}

func (w where) place(name string, kind outage.PlaceKind) outage.Place {
	return outage.Place{Name: name, Kind: kind, Country: w.country, Region: w.region, District: w.district, Cell: w.cell}
}

// name is one of the names of an entry.
type name struct {
	key   string // as it is compared
	text  string // as it is shown
	lang  string // of the text, "" for the usual or an old name
	entry int32
}

// names are in the order of their keys.
type names []name

func (n names) sorted() names {
	slices.SortFunc(n, func(a, b name) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Or(cmp.Compare(a.entry, b.entry), cmp.Compare(b.lang, a.lang), cmp.Compare(a.text, b.text))
	})
	n = slices.CompactFunc(n, func(a, b name) bool { return a.key == b.key && a.entry == b.entry })
	return slices.Clip(n)
}

// of are the names with a key.
func (n names) of(key string) names {
	from, found := n.search(key)
	if !found {
		return nil
	}
	to := from
	for to < len(n) && n[to].key == key {
		to++
	}
	return n[from:to]
}

func (n names) search(key string) (int, bool) {
	return slices.BinarySearchFunc(n, key, func(n name, key string) int { return cmp.Compare(n.key, key) })
}
