package cell

import (
	"cmp"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Locate is the cell of resolution 6 that contains a point, with the point's country
// and region. Where the point lies in another region than most of its cell, the cell is
// the one that CellIn gives for its region. A point in no cell of the tables (a seafront, a pier, a rounding)
// takes the region of the nearest cell of them within three rings: the nearer
// ring wins, then the smaller great-circle distance between centres.
//
// Errors are of type *outage.Error on field "location": invalid when the point
// is not one on Earth, unknown when it lies outside all countries. They do not
// repeat the coordinate.
func (g *Geography) Locate(point outage.LatLng) (outage.Cell, outage.Country, outage.Region, error) {
	if err := check(point); err != nil {
		return 0, "", "", err
	}
	cell, err := cellAt(point, outage.CellFine)
	if err != nil {
		return 0, "", "", outage.Invalid("location", "The location is not a point on Earth.")
	}
	region := g.regionAt(point, cell)
	if g.byCountry[region.Country()] == nil { // a border table may name a country that is not covered
		return 0, "", "", outage.Unknown("location", "The location is outside the countries that are covered.")
	}
	return g.CellIn(cell, region), region.Country(), region, nil
}

// CellIn is the cell in which a report of a region counts that was made in a cell of
// resolution 6: the cell itself, unless it counts for another region; then the nearest
// cell of the region within three rings. So what is counted by cells is counted for the
// region of the report as well, at the price of a few kilometres on the map. The cell
// stays where the region has none near by, as around Mahe and Diu.
func (g *Geography) CellIn(cell outage.Cell, region outage.Region) outage.Cell {
	if cell == 0 || region == "" || g.RegionOf(cell) == region {
		return cell
	}
	for k := 1; k <= rings; k++ {
		candidates, err := ring(cell, k)
		if err != nil {
			return cell
		}
		candidates = slices.DeleteFunc(candidates, func(c outage.Cell) bool { return g.onLand(c) != region })
		if len(candidates) > 0 {
			from := g.Center(cell)
			return slices.MinFunc(candidates, func(a, b outage.Cell) int {
				return cmp.Or(cmp.Compare(kilometres(from, g.Center(a)), kilometres(from, g.Center(b))), cmp.Compare(a, b))
			})
		}
	}
	return cell
}

// regionAt is the region of a point in a cell of resolution 6. Along a border it may
// be another than that of the cell.
func (g *Geography) regionAt(point outage.LatLng, cell outage.Cell) outage.Region {
	fine, err := cellAt(point, borderFine)
	if err != nil {
		return ""
	}
	for _, near := range g.borders {
		if region := near.regionOf(fine, cell); region != "" {
			return region
		}
	}
	return g.RegionOf(cell)
}

func check(point outage.LatLng) error {
	switch {
	case unreal(point.Lat):
		return outage.Invalid("location", "The latitude is not a number.")
	case unreal(point.Lng):
		return outage.Invalid("location", "The longitude is not a number.")
	case math.Abs(point.Lat) > 90:
		return outage.Invalid("location", "The latitude must be between -90 and 90 degrees.")
	case math.Abs(point.Lng) > 180:
		return outage.Invalid("location", "The longitude must be between -180 and 180 degrees.")
	}
	return nil
}

func unreal(degrees float64) bool { return math.IsNaN(degrees) || math.IsInf(degrees, 0) }

// nearby is the region of a valid cell that holds no land, of resolution 3 to
// 6: that of the nearest land, or, for a coarser cell, of most of its children
// at 6 that have land near them.
func (g *Geography) nearby(cell outage.Cell) outage.Region {
	if cell.Resolution() == outage.CellFine {
		return g.nearest(cell)
	}
	below, err := children(cell, outage.CellFine)
	if err != nil {
		return ""
	}
	counted := tally{}
	for _, child := range below {
		if region := g.nearest(child); region != "" {
			counted.add(entry{child, region})
		}
	}
	return counted.most()
}

// nearest goes out ring by ring from a cell of resolution 6 that is not in the
// tables.
func (g *Geography) nearest(cell outage.Cell) outage.Region {
	for k := 1; k <= rings; k++ {
		candidates, err := ring(cell, k)
		if err != nil {
			return ""
		}
		if region := g.closest(cell, candidates); region != "" {
			return region
		}
	}
	return ""
}

// closest is the region of the candidate on land whose centre is closest to
// that of the cell; the smaller index decides between equal distances.
func (g *Geography) closest(cell outage.Cell, candidates []outage.Cell) outage.Region {
	var best struct {
		entry
		km float64
	}
	from := g.Center(cell)
	for _, candidate := range candidates {
		region := g.onLand(candidate)
		if region == "" {
			continue
		}
		km := kilometres(from, g.Center(candidate))
		if best.region == "" || km < best.km || km == best.km && candidate < best.cell {
			best.entry, best.km = entry{candidate, region}, km
		}
	}
	return best.region
}
