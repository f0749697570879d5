package timeline

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// world is a small map for tests: each country has four regions, each a cell of
// resolution 3 with all its children, in a row from west to east.
type world struct{}

var worldRegions = map[outage.Country][]outage.Region{
	outage.GB: {"GB-TLC", "GB-TLD", "GB-TLI", "GB-TLM"},
	outage.IN: {"IN-DL", "IN-KA", "IN-MH", "IN-WB"},
}

func (world) Regions(c outage.Country) []outage.Region { return worldRegions[c] }

func (world) RegionOf(cell outage.Cell) outage.Region {
	if cell == 0 {
		return ""
	}
	base := int(cell>>45) & 0x7f
	country := outage.GB
	if base >= 20 {
		country = outage.IN
	}
	number := base % 10
	if number >= len(worldRegions[country]) {
		return ""
	}
	return worldRegions[country][number]
}

func (world) Land(c outage.Country, resolution int) []outage.Cell {
	var land []outage.Cell
	for i := range worldRegions[c] {
		for a := range 7 {
			for b := range 7 {
				land = append(land, cellIn(c, i, a, b, 0).Parent(resolution))
			}
		}
	}
	slices.Sort(land)
	return slices.Compact(land)
}

func (world) Center(cell outage.Cell) outage.LatLng {
	return outage.LatLng{
		Lat: 50 + float64(cell>>36&7),
		Lng: float64(cell>>45&0x7f) + float64(cell>>33&7)/10 + float64(cell>>30&7)/100,
	}
}

// cellIn is a cell of resolution 5 in a region: the b-th child of its a-th
// sparse cell, or with fine the cell of resolution 6 within it.
func cellIn(c outage.Country, region, a, b, fine int) outage.Cell {
	base := region + 10
	if c == outage.IN {
		base += 10
	}
	resolution := 5
	digits := []int{0, 0, 0, a, b}
	if fine > 0 {
		resolution = 6
		digits = append(digits, fine)
	}
	cell := uint64(1)<<59 | uint64(resolution)<<52 | uint64(base)<<45
	for i := range 15 {
		digit := 7
		if i < len(digits) {
			digit = digits[i]
		}
		cell |= uint64(digit) << (3 * (14 - i))
	}
	return outage.Cell(cell)
}
