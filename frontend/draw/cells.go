package draw

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// MostCells bounds the cells of one response. More are slow to draw on a phone.
const MostCells = 2000

// mostLandCells bounds the land cells of a window at the finest resolution to try. Few
// of them have enough reports to be shown.
const mostLandCells = 5000

// deepestLevel is the highest zoom level; each level doubles the scale.
const deepestLevel = 6

// Window is a part of a country's map. At level z the map is divided into views
// of 1/2^z of its sides. A window is one and a half views wide and high, and one
// starts at every half view, so that any view lies within one window. There are
// few windows, so readers share cached responses.
type Window struct{ Z, X, Y int }

// ParseWindow reads the parameters z, x and y, by default the whole map.
func ParseWindow(of func(name string) string) (Window, error) {
	var b Window
	for _, part := range []struct {
		name string
		to   *int
		most func() int
	}{
		{"z", &b.Z, func() int { return deepestLevel }},
		{"x", &b.X, func() int { return 2<<b.Z - 1 }},
		{"y", &b.Y, func() int { return 2<<b.Z - 1 }},
	} {
		text := of(part.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > part.most() {
			return b, outage.Invalid(part.name, "It must be a whole number from 0 to %d.", part.most())
		}
		*part.to = n
	}
	return b, nil
}

// holds reports whether a point of the map, in its units, lies in the window.
func (b Window) holds(c *Projection, x, y float64) bool {
	inside := func(at float64, side, start int) bool {
		window := float64(side+2*margin) / float64(int(1)<<b.Z)
		from := window*float64(start)/2 - margin
		return from <= at && at < from+1.5*window
	}
	return inside(x, c.Width, b.X) && inside(y, c.Height, b.Y)
}

// ResolutionIn is the finest resolution to try in a window, by the land cells in it.
func (c *Projection) ResolutionIn(b Window) int {
	n := 0
	for _, cell := range c.Land {
		if x, y := centre(c.rings[cell], 1); b.holds(c, x, y) {
			n++
		}
	}
	resolution := c.resolution
	for ; resolution < outage.CellFine && n*childrenOfCell <= mostLandCells; n *= childrenOfCell {
		resolution++
	}
	return resolution
}

// childrenOfCell is how many cells of the next resolution make up one.
const childrenOfCell = 7

// finerUnits is how many times finer the units of a cell's ring are than those
// of the map: finer cells need finer units.
func finerUnits(resolution, base int) float64 {
	return float64(int(4) << (2 * max(0, resolution-base)))
}

func centre(ring []point, finer float64) (x, y float64) {
	for _, p := range ring {
		x, y = x+float64(p.x), y+float64(p.y)
	}
	n := finer * float64(max(len(ring), 1))
	return x / n, y / n
}

// Cells is what the map client draws, in columns with an entry for each cell.
type Cells struct {
	When   string   `json:"when"`  // the span of time in words
	Words  string   `json:"words"` // where it is worst and least
	Note   string   `json:"note"`
	Rows   [][]any  `json:"rows"`   // of the table: name, number, width of the bar
	Legend []string `json:"legend"` // texts of the classes
	Names  []string `json:"names"`  // of regions
	Finer  float64  `json:"finer"`  // units of a ring in one unit of the map
	// Rings has the number of corners of each cell, how far its first corner is
	// from that of the cell before, and how far each other one is from the one
	// before it.
	Rings    []int     `json:"rings"`
	Class    string    `json:"class"`  // a digit for a cell, from 1
	Status   string    `json:"status"` // its first letter; "" for a span in the past
	Region   []int     `json:"region"` // index in Names
	Towns    []string  `json:"towns"`
	Town     []int     `json:"town"` // index in Towns, of the largest in the cell or the nearest
	Reports  []int64   `json:"reports"`
	Expected []float64 `json:"expected"` // 0 where nothing is known
}

// CellsIn collects the cells that lie in a window.
func (c *Projection) CellsIn(part Window, heat public.Heatmap, scale Scale, over bool, lang string, nameOf func(outage.Region) string) Cells {
	result := Cells{
		Finer: finerUnits(heat.Resolution, c.resolution), Rows: [][]any{}, Names: []string{}, Towns: []string{}, Town: []int{},
		Rings: []int{}, Region: []int{}, Reports: []int64{}, Expected: []float64{},
	}
	var class, status strings.Builder
	places, towns := map[outage.Region]int{}, map[string]int{}
	var last point
	for _, cell := range heat.Cells {
		ring := c.ringIn(cell.Cell, result.Finer)
		if x, y := centre(ring, result.Finer); len(ring) == 0 || !part.holds(c, x, y) {
			continue
		}
		result.Rings = append(result.Rings, len(ring))
		for i, p := range ring {
			before := last
			if i > 0 {
				before = ring[i-1]
			}
			result.Rings = append(result.Rings, p.x-before.x, p.y-before.y)
		}
		last = ring[0]
		place, ok := places[cell.Region]
		if !ok {
			place = len(result.Names)
			places[cell.Region], result.Names = place, append(result.Names, nameOf(cell.Region))
		}
		town, _ := c.shapes.TownOf(c.country, cell.Cell)
		name := town.NameIn(lang)
		at, ok := towns[name]
		if !ok {
			at = len(result.Towns)
			towns[name], result.Towns = at, append(result.Towns, name)
		}
		result.Town = append(result.Town, at)
		result.Region, result.Reports = append(result.Region, place), append(result.Reports, cell.Reports)
		result.Expected = append(result.Expected, threeDigits(cell.Expected))
		class.WriteByte(byte('1' + scale.ClassOf(cell)))
		status.WriteByte(cmp.Or(string(cell.Status), string(outage.StatusUnknown))[0])
	}
	result.Class = class.String()
	if !over {
		result.Status = status.String()
	}
	return result
}

// threeDigits rounds an expected count to three significant digits.
func threeDigits(x *float64) float64 {
	v, ok := Finite(x)
	if !ok || v <= 0 {
		return 0
	}
	places := math.Pow(10, 2-math.Floor(math.Log10(v)))
	return math.Round(v*places) / places
}
