package place

import (
	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// longest is how many runes of text are looked at; the longest name of the tables has
// 60.
const longest = 80

// Geography knows the region of a cell, "" for one outside all countries, its district in
// that region, and the cell near it in which a report of a region counts. It must be safe
// for concurrent use and should not block.
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
	entries   []entry
	names     names
	spellings spellings
	// regions and districts are their names by their codes, with which places of one
	// name are told apart.
	regions   map[outage.Region]map[string]string
	districts map[outage.District]map[string]string
	slugs     slugs
}

// Load reads the tables of the countries. It fails only when one is damaged.
func Load(geography Geography, packs country.Set) (*Index, error) {
	b := newBuilder(geography)
	for _, pack := range packs {
		codes, err := newCodes(pack)
		if err != nil {
			return nil, err
		}
		b.index.codes = append(b.index.codes, codes)
		if err := b.add(pack); err != nil {
			return nil, err
		}
	}
	for i := range b.index.entries {
		at := &b.index.entries[i].where
		at.cell = geography.CellIn(at.cell, at.region)
	}
	b.index.names = b.names.sorted()
	b.index.spellings = newSpellings(b.index.names)
	return b.index, nil
}
