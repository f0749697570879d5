package cell

import (
	"slices"
	"sync"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Geography answers questions about cells and regions. It is built once by Load
// and is safe for concurrent use.
type Geography struct {
	// table holds the lines of the tables; it never changes.
	table map[outage.Cell]outage.Region
	// borders are what a point is looked up in, country by country.
	borders []border
	// mixed holds each cell coarser than the lines below it, with the region
	// that has most of its land; it never changes.
	mixed map[outage.Cell]outage.Region
	// near holds cells outside the tables once their region was found. There
	// are only so many cells within three rings of a coast, which bounds it;
	// cells too far away are never kept.
	near sync.Map // outage.Cell to outage.Region

	byCountry map[outage.Country][]entry
	regions   map[outage.Country][]outage.Region
	names     map[outage.Region]map[string]string
	districts districts
	towns     map[outage.Country]towns

	lands    memo[landKey, []outage.Cell]
	outlines memo[outlineKey, []Polygon]
	beside   memo[outage.Area, []outage.Area]
}

// Load reads the tables of the countries. It fails only when one is damaged.
func Load(packs country.Set) (*Geography, error) {
	g := &Geography{
		byCountry: map[outage.Country][]entry{}, regions: map[outage.Country][]outage.Region{},
		names: map[outage.Region]map[string]string{}, towns: map[outage.Country]towns{},
	}
	earlier := claims{}
	for _, pack := range packs.LookUpOrder() {
		lines, err := entries(pack)
		if err != nil {
			return nil, err
		}
		lines = earlier.leave(lines)
		earlier.add(lines)
		g.byCountry[pack.Code] = lines
		near, err := newBorder(pack, lines)
		if err != nil {
			return nil, err
		}
		g.borders = append(g.borders, near)
		for _, region := range pack.Regions {
			g.regions[pack.Code] = append(g.regions[pack.Code], region.Code)
			g.names[region.Code] = region.Names
		}
		if err := g.districts.add(pack); err != nil {
			return nil, err
		}
		all, err := townsOf(pack)
		if err != nil {
			return nil, err
		}
		g.towns[pack.Code] = newTowns(all)
	}
	g.table = index(g.byCountry)
	g.mixed = majorities(g.byCountry)
	return g, nil
}

// Regions lists a country's regions in the order of their codes; nil for a
// country that is not covered.
func (g *Geography) Regions(country outage.Country) []outage.Region {
	return slices.Clone(g.regions[country])
}

// RegionOf is the region of a cell of resolution 3 or finer, "" when none is
// within reach. Where a cell holds land of several regions, it is the one that
// holds most of it, in cells of resolution 6; the smaller code decides a tie. A
// cell finer than 6 takes the region of its parent at 6. A cell with no land
// at all takes the region of the nearest land within three rings, see Locate.
//
// Cells of the tables, and all that hold land, are answered without a call
// into the H3 library.
func (g *Geography) RegionOf(cell outage.Cell) outage.Region {
	if region := g.onLand(cell); region != "" {
		return region
	}
	cell = cell.Parent(outage.CellFine)
	if cell.Resolution() < outage.CellCoarse {
		return ""
	}
	if known, ok := g.near.Load(cell); ok {
		return known.(outage.Region)
	}
	if !valid(cell) {
		return ""
	}
	region := g.nearby(cell)
	if region != "" {
		g.near.Store(cell, region)
	}
	return region
}

// onLand is the region of a cell that lies in the tables, contains cells of
// them, or is contained in one.
func (g *Geography) onLand(cell outage.Cell) outage.Region {
	for resolution := min(cell.Resolution(), outage.CellFine); resolution >= outage.CellCoarse; resolution-- {
		if region, ok := g.table[cell.Parent(resolution)]; ok {
			return region
		}
	}
	return g.mixed[cell.Parent(outage.CellFine)]
}

func index(tables map[outage.Country][]entry) map[outage.Cell]outage.Region {
	size := 0
	for _, lines := range tables {
		size += len(lines)
	}
	out := make(map[outage.Cell]outage.Region, size)
	for _, lines := range tables {
		for _, line := range lines {
			out[line.cell] = line.region
		}
	}
	return out
}
