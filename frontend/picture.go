package frontend

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// margin is the free edge around a map, in its units, which its lines need.
const margin = 4

// picture draws cells by class over the land, one path for a class. The sheet
// of the smallest resolution shows the cells of its land, too; a finer one has
// too many of them to be worth their bytes.
func (c *country) picture(id, caption string, classes [mapClasses + 1][]outage.Cell) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" role="img" aria-labelledby="%s" viewBox="%s"><title id="%s">%s</title>`,
		id, c.viewBox(), id, template.HTMLEscapeString(caption))
	land := c.coast
	if c.resolution == mapResolution {
		land = c.path(c.bare(classes))
	}
	fmt.Fprintf(&b, `<path class="land" d="%s"/>`, land)
	for class, cells := range classes {
		if len(cells) == 0 {
			continue
		}
		fill := ""
		if class == mapClasses {
			fill = fmt.Sprintf(` fill="url(#%sh)"`, id)
			fmt.Fprintf(&b, `<pattern id="%sh" width="7" height="7" patternUnits="userSpaceOnUse"><path class="hatch" d="M-1 8L8-1"/></pattern>`, id)
		}
		slices.Sort(cells)
		fmt.Fprintf(&b, `<path class="k%d"%s d="%s"/>`, class+1, fill, c.path(cells))
	}
	fmt.Fprintf(&b, `<path class="border" d="%s"/><path class="coast" d="%s"/></svg>`, c.borders, c.coast)
	return template.HTML(b.String())
}

func (c *country) viewBox() string {
	return fmt.Sprintf("%d %d %d %d", -margin, -margin, c.width+2*margin, c.height+2*margin)
}

// bare lists the cells of the land that no class has.
func (c *country) bare(classes [mapClasses + 1][]outage.Cell) []outage.Cell {
	shown := map[outage.Cell]bool{}
	for _, cells := range classes {
		for _, cell := range cells {
			shown[cell] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(c.land), func(cell outage.Cell) bool { return shown[cell] })
}
