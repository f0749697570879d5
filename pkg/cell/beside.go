package cell

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// besideResolution is the resolution of the cells by which neighbours of regions are
// found.
const besideResolution = 5

// Beside lists the regions of a country that touch a region, or the districts of it that
// touch a district, those with the longest common border first. It is kept after it was
// found.
func (g *Geography) Beside(area outage.Area) []outage.Area {
	return g.beside.get(area, func() []outage.Area {
		cells, of := g.regionCells(area.Region, besideResolution), g.regionAround
		if area.District != "" {
			cells, of = g.districtCells(area.District), g.districtAround
		}
		return g.around(area, cells, of)
	})
}

func (g *Geography) regionAround(cell outage.Cell) outage.Area {
	return outage.AreaOf(g.onLand(cell))
}

func (g *Geography) districtAround(cell outage.Cell) outage.Area {
	area := g.regionAround(cell)
	area.District = g.DistrictOf(cell, area.Region)
	return area
}

// districtCells are the cells of resolution 6 that a district has most of.
func (g *Geography) districtCells(district outage.District) []outage.Cell {
	var compact []outage.Cell
	for cell, of := range g.districts.byCell {
		if of == district {
			compact = append(compact, cell)
		}
	}
	cells, err := uncompact(compact, outage.CellFine)
	if err != nil { // a table with a cell that is none is refused when it is read
		return nil
	}
	return cells
}

// around counts the cells beside those of an area by the area that they lie in.
func (g *Geography) around(area outage.Area, cells []outage.Cell, of func(outage.Cell) outage.Area) []outage.Area {
	borders := map[outage.Area]int{}
	for _, cell := range cells {
		near, err := ring(cell, 1)
		if err != nil {
			continue
		}
		for _, other := range near {
			at := of(other)
			if at != area && at.Country == area.Country && at.Region != "" && (area.District == "") == (at.District == "") {
				borders[at]++
			}
		}
	}
	found := make([]outage.Area, 0, len(borders))
	for at := range borders {
		found = append(found, at)
	}
	slices.SortFunc(found, func(a, b outage.Area) int {
		return cmp.Or(cmp.Compare(borders[b], borders[a]), cmp.Compare(a.Region, b.Region), cmp.Compare(a.District, b.District))
	})
	return found
}
