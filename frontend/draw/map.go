package draw

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// margin is the free edge around a map, in its units, which its lines need.
const margin = 4

// SVG draws cells by class over the land, one path for each class. The land is the
// area within its coast, because a path of its cells is half as heavy as a page. The names of towns are in a language.
func (c *Projection) SVG(id, lang, caption string, classes [MapClasses + 1][]outage.Cell) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" role="img" aria-labelledby="%s" viewBox="%s"><title id="%s">%s</title>`,
		id, c.ViewBox(), id, template.HTMLEscapeString(caption))
	fmt.Fprintf(&b, `<path class="coast" d="%s"/>`, c.Coast)
	for class, cells := range classes {
		if len(cells) == 0 {
			continue
		}
		fill := ""
		if class == MapClasses {
			fill = fmt.Sprintf(` fill="url(#%sh)"`, id)
			fmt.Fprintf(&b, `<pattern id="%sh" width="7" height="7" patternUnits="userSpaceOnUse"><path class="hatch" d="M-1 8L8-1"/></pattern>`, id)
		}
		slices.Sort(cells)
		fmt.Fprintf(&b, `<path class="k%d"%s d="%s"/>`, class+1, fill, c.path(cells))
	}
	fmt.Fprintf(&b, `<path class="border" d="%s"/><g class="towns">%s</g></svg>`, c.borders, c.townsSVG(lang))
	return template.HTML(b.String())
}

func (c *Projection) ViewBox() string {
	return fmt.Sprintf("%d %d %d %d", -margin, -margin, c.Width+2*margin, c.Height+2*margin)
}

// bare lists the land cells that are in no class.
func (c *Projection) bare(classes [MapClasses + 1][]outage.Cell) []outage.Cell {
	shown := map[outage.Cell]bool{}
	for _, cells := range classes {
		for _, cell := range cells {
			shown[cell] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(c.Land), func(cell outage.Cell) bool { return shown[cell] })
}

// Area draws cells of one class over the land.
func (c *Projection) Area(caption string, cells []outage.Cell) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="map" role="img" aria-label="%s" viewBox="%s"><path class="coast" d="%s"/><path class="k4" d="%s"/></svg>`,
		template.HTMLEscapeString(caption), c.ViewBox(), c.Coast, c.path(cells)))
}

// Sketch draws cells by class over the land, as areas without lines between cells of one
// class: a map for a card, of a third of the bytes.
func (c *Projection) Sketch(caption string, classes [MapClasses + 1][]outage.Cell) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" role="img" aria-label="%s" viewBox="%s"><path class="coast" d="%s"/>`,
		template.HTMLEscapeString(caption), c.ViewBox(), c.Coast)
	for class, cells := range classes[:MapClasses] {
		if len(cells) > 0 {
			fmt.Fprintf(&b, `<path class="k%d" d="%s"/>`, class+1, c.Outline(cells))
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// Thumbnail draws cells over the symbol of the land, which the page defines once.
// It is hidden from screen readers, because text beside it has the same content.
func (c *Projection) Thumbnail(heat public.Heatmap, scale Scale) template.HTML {
	classes, _ := scale.Classify(heat)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" aria-hidden="true" viewBox="%s"><use href="#land"/>`, c.ViewBox())
	for class, cells := range classes {
		if len(cells) > 0 {
			fmt.Fprintf(&b, `<path class="k%d" d="%s"/>`, class+1, c.path(cells))
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}
