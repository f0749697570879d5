package draw

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Shapes gives maps their geometry.
type Shapes interface {
	// Boundary is the open ring of a cell's corners.
	Boundary(cell outage.Cell) []outage.LatLng
	// Land lists the cells that cover a country.
	Land(country outage.Country, resolution int) []outage.Cell
	RegionOf(cell outage.Cell) outage.Region
	// Towns lists the towns of a country, those with most people first.
	Towns(country outage.Country) []outage.Town
	// TownOf is the town by which a cell of a country is named, false where it has none.
	TownOf(country outage.Country, cell outage.Cell) (outage.Town, bool)
}

// mapSize is the longer side of a map in the whole units of its paths.
const mapSize = 700

// point is a place on a map, in its units, y downwards.
type point struct{ x, y int }

// Projection is the projected geometry of a country's map at one resolution. It
// never changes.
type Projection struct {
	shapes        Shapes
	country       outage.Country
	resolution    int
	small         bool    // at the resolution of maps within pages
	west, north   float64 // degrees
	scaleX, scale float64 // units for a degree of longitude and of latitude
	Width, Height int
	Land          []outage.Cell
	rings         map[outage.Cell][]point
	borders       string // path of the lines between regions
	Coast         string // path of the line around the land
	towns         []townAt
}

// Project makes the equirectangular projection of a country, with the standard
// parallel at its middle latitude.
func Project(shapes Shapes, code outage.Country, resolution int) *Projection {
	c := &Projection{
		shapes: shapes, country: code, resolution: resolution, small: resolution == code.MapResolution(),
		Land: slices.Clone(shapes.Land(code, resolution)), rings: map[outage.Cell][]point{},
	}
	slices.Sort(c.Land)
	west, east, south, north := 180.0, -180.0, 90.0, -90.0
	for _, cell := range c.Land {
		for _, p := range shapes.Boundary(cell) {
			west, east = min(west, p.Lng), max(east, p.Lng)
			south, north = min(south, p.Lat), max(north, p.Lat)
		}
	}
	if west >= east || south >= north {
		return c // no land, no map
	}
	shrink := math.Cos((north + south) / 2 * math.Pi / 180)
	c.west, c.north = west, north
	c.scale = mapSize / max((east-west)*shrink, north-south)
	c.scaleX = c.scale * shrink
	c.Width, c.Height = int(math.Ceil((east-west)*c.scaleX)), int(math.Ceil((north-south)*c.scale))
	for _, cell := range c.Land {
		c.rings[cell] = c.ring(cell)
	}
	c.borders, c.Coast = c.lines(1)
	c.addTowns(code)
	return c
}

// ring is the outline of a cell on the map; cells off the land, which reports
// from a seafront may have, are projected on demand.
func (c *Projection) ring(cell outage.Cell) []point {
	if ring, ok := c.rings[cell]; ok {
		return ring
	}
	return c.ringIn(cell, 1)
}

// ringIn is the outline of a cell in units that are so many times finer.
func (c *Projection) ringIn(cell outage.Cell, finer float64) []point {
	var ring []point
	for _, p := range c.shapes.Boundary(cell) {
		next := point{int(math.Round((p.Lng - c.west) * c.scaleX * finer)), int(math.Round((c.north - p.Lat) * c.scale * finer))}
		if len(ring) == 0 || ring[len(ring)-1] != next {
			ring = append(ring, next)
		}
	}
	return ring
}

// path outlines cells in commands relative to the point before, which brotli
// compresses to about twelve bytes a cell.
func (c *Projection) path(cells []outage.Cell) string {
	var b pen
	for _, cell := range cells {
		for i, p := range c.ring(cell) {
			b.to(p, i == 0)
		}
		b.WriteByte('z')
		b.at = b.start // where a closed outline leaves the pen
	}
	return b.String()
}

// pen writes path commands, relative to where it is.
type pen struct {
	strings.Builder
	at, start point
	drawing   bool
}

// to moves the pen, or draws a line.
func (b *pen) to(p point, move bool) {
	x, y := p.x-b.at.x, p.y-b.at.y
	switch {
	case b.Len() == 0:
		fmt.Fprintf(b, "M%d %d", p.x, p.y)
	case move:
		b.WriteString("m" + pair(x, y))
	case b.drawing:
		b.WriteString(separated(pair(x, y)))
	default:
		b.WriteString("l" + pair(x, y))
	}
	if move {
		b.start = p
	}
	b.drawing, b.at = !move, p
}

func pair(x, y int) string { return strconv.Itoa(x) + separated(strconv.Itoa(y)) }

// separated puts a space before a number that has no sign to set it apart.
func separated(number string) string {
	if strings.HasPrefix(number, "-") {
		return number
	}
	return " " + number
}
