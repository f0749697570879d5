package draw

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"unicode"

	"github.com/open-downpour/downpour/pkg/outage"
)

// townAt is a town with its place on the map.
type townAt struct {
	outage.Town
	x, y float64
}

func (c *Projection) addTowns(country outage.Country) {
	for _, town := range c.shapes.Towns(country) {
		ring := c.ringIn(town.Cell, 1)
		if len(ring) == 0 {
			continue
		}
		x, y := centre(ring, 1)
		c.towns = append(c.towns, townAt{town, x, y})
	}
}

// Labels of towns: how many a map has, how many towns are tried, and the sizes of their
// letters and of what is kept free around a town, in units of the map.
const (
	mostLabels   = 12
	triedTowns   = 150
	letterHeight = 21.
	letterWidth  = .56 * letterHeight
	townGap      = 34.
)

// label is a name of a town beside its dot.
type label struct {
	name  string
	x, y  float64 // of the dot
	after bool    // the name begins at the dot, instead of ending there
	box   box
}

type box struct{ left, top, right, bottom float64 }

func (b box) overlaps(o box) bool {
	return b.left < o.right && o.left < b.right && b.top < o.bottom && o.top < b.bottom
}

// labels are the names of the largest towns that fit on the map without touching.
func (c *Projection) labels(lang string) (placed []label) {
	for _, town := range c.towns[:min(len(c.towns), triedTowns)] {
		if len(placed) == mostLabels {
			break
		}
		if l, ok := c.place(town, town.NameIn(lang), placed); ok {
			placed = append(placed, l)
		}
	}
	return placed
}

// place finds a free place for a name beside its town: behind it, or before it.
func (c *Projection) place(town townAt, name string, placed []label) (label, bool) {
	dot := box{town.x - townGap, town.y - townGap, town.x + townGap, town.y + townGap}
	for _, other := range placed {
		if other.box.overlaps(box{town.x - 4, town.y - 4, town.x + 4, town.y + 4}) || dot.overlaps(box{other.x, other.y, other.x + 1, other.y + 1}) {
			return label{}, false
		}
	}
	for _, after := range []bool{true, false} {
		l := label{name: name, x: town.x, y: town.y, after: after}
		l.box = box{town.x - 4, town.y - .6*letterHeight, town.x + 8 + width(name), town.y + .6*letterHeight}
		if !after {
			l.box.left, l.box.right = town.x-8-width(name), town.x+4
		}
		if c.free(l.box, placed) {
			return l, true
		}
	}
	return label{}, false
}

func (c *Projection) free(wanted box, placed []label) bool {
	for _, other := range placed {
		if other.box.overlaps(wanted) {
			return false
		}
	}
	return wanted.left >= -margin && wanted.right <= float64(c.Width+margin)
}

// width is about how wide a name is drawn. Marks take no room of their own.
func width(name string) (w float64) {
	for _, r := range name {
		if !unicode.Is(unicode.Mn, r) {
			w += letterWidth
		}
	}
	return w
}

// townsSVG draws the labels of towns in a language.
func (c *Projection) townsSVG(lang string) template.HTML {
	var b strings.Builder
	for _, l := range c.labels(lang) {
		x, y := int(math.Round(l.x)), int(math.Round(l.y))
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="3.5"/>`, x, y)
		if l.after {
			fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`, x+8, y+7, template.HTMLEscapeString(l.name))
		} else {
			fmt.Fprintf(&b, `<text class="e" x="%d" y="%d">%s</text>`, x-8, y+7, template.HTMLEscapeString(l.name))
		}
	}
	return template.HTML(b.String())
}
