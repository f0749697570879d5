package cell

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Polygon is a shape on the map: its outer ring, counter-clockwise, then the
// rings of its holes, clockwise. Rings are open: the last point is not the
// first again. The type is an alias, so that who draws it need not know this
// package.
type Polygon = [][]outage.LatLng

type landKey struct {
	country    outage.Country
	resolution int
}

type outlineKey struct {
	country    outage.Country // of a country's outline, else ""
	region     outage.Region  // of a region's outline, else ""
	resolution int
}

// Land lists the cells of a country that hold land, at resolution 3 to 6, in
// the order of their indexes; nil at other resolutions and for other countries.
// The slice is shared between callers, who must not change it.
func (g *Geography) Land(country outage.Country, resolution int) []outage.Cell {
	if g.byCountry[country] == nil || !hasTables(resolution) {
		return nil
	}
	return g.lands.get(landKey{country, resolution}, func() []outage.Cell {
		return spread(g.byCountry[country], resolution)
	})
}

// CountryOutline is the edge of a country's land at resolution 3 to 6; nil at
// other resolutions and for other countries. Callers must not change it.
func (g *Geography) CountryOutline(country outage.Country, resolution int) []Polygon {
	if g.byCountry[country] == nil || !hasTables(resolution) {
		return nil
	}
	return g.outlines.get(outlineKey{country: country, resolution: resolution}, func() []Polygon {
		return mustOutline(g.Land(country, resolution))
	})
}

// RegionOutline is the edge of a region at resolution 3 to 6; nil at other
// resolutions and for unknown regions. The outlines of a country's regions do
// not overlap: a cell with land of several regions is drawn with the one that
// has most of it. Only a region that has most of no cell, such as Chandigarh at
// resolution 4, is drawn as the one cell that holds most of it. Callers must
// not change the result.
func (g *Geography) RegionOutline(region outage.Region, resolution int) []Polygon {
	if !slices.Contains(g.regions[region.Country()], region) || !hasTables(resolution) {
		return nil
	}
	return g.outlines.get(outlineKey{region: region, resolution: resolution}, func() []Polygon {
		return mustOutline(g.regionCells(region, resolution))
	})
}

// regionCells are the cells that RegionOutline draws.
func (g *Geography) regionCells(region outage.Region, resolution int) []outage.Cell {
	var lines []entry
	for _, line := range g.byCountry[region.Country()] {
		if line.region == region {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil // a table may name a region that has no land
	}
	touched := spread(lines, resolution)
	own := slices.DeleteFunc(slices.Clone(touched), func(c outage.Cell) bool { return g.RegionOf(c) != region })
	if len(own) > 0 {
		return own
	}
	return []outage.Cell{fullest(touched, lines, resolution)}
}

// fullest is the cell that holds most of the lines, the first of equal ones.
func fullest(cells []outage.Cell, lines []entry, resolution int) outage.Cell {
	held := map[outage.Cell]tally{}
	for _, line := range lines {
		parent := line.cell.Parent(resolution)
		if held[parent] == nil {
			held[parent] = tally{}
		}
		held[parent].add(line)
	}
	region := lines[0].region
	best := cells[0]
	for _, cell := range cells {
		if held[cell][region] > held[best][region] {
			best = cell
		}
	}
	return best
}

// spread gives the cells of one resolution that the lines lie in or consist of,
// each once, in order.
func spread(lines []entry, resolution int) []outage.Cell {
	cells := make([]outage.Cell, len(lines))
	for i, line := range lines {
		cells[i] = line.cell.Parent(resolution)
	}
	slices.Sort(cells)
	cells = slices.Compact(cells)
	cells, err := uncompact(cells, resolution)
	if err != nil {
		panic(err) // the lines were checked when they were read
	}
	slices.Sort(cells)
	return slices.Clip(slices.Compact(cells))
}

func mustOutline(cells []outage.Cell) []Polygon {
	if len(cells) == 0 {
		return nil
	}
	polygons, err := outline(cells)
	if err != nil {
		panic(err) // distinct valid cells of one resolution have an outline
	}
	return polygons
}
