package draw

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// The picture for link previews, in pixels, and the part of it for the map.
const (
	ImageWidth, ImageHeight = 1200, 630
	imageEdge               = 60
	lineWidth               = 650
	mapLeft, mapTop         = 750, 50
	mapWidth, mapHeight     = 400, 490
	dropHeight              = 340 // of the drop that stands where there is no map
)

// Colours of the picture: the dark scheme of the pages.
var (
	imageBackground = [2]color.RGBA{{10, 35, 66, 255}, {23, 69, 127, 255}}
	imageInk        = color.RGBA{255, 255, 255, 255}
	imageSoft       = color.RGBA{205, 220, 238, 255}
	imageAccent     = color.RGBA{255, 210, 63, 255}
	imageLand       = color.RGBA{44, 78, 122, 255}
	imageRaster     = [MapClasses + 1]color.RGBA{
		{140, 112, 45, 255}, {176, 142, 52, 255}, {208, 170, 58, 255}, {236, 196, 62, 255}, {255, 228, 130, 255}, {92, 120, 156, 255},
	}
)

// ShareText is the text of a share picture.
type ShareText struct {
	Lang                       string // of the others
	Title, State, Text, Source string
	Site                       string // its name
}

// SharePNG draws a text beside a map as PNG, which has the text as its description
// as well. Without a map it has
// the text alone.
func SharePNG(letters *Fonts, text ShareText, land *Projection, heat public.Heatmap) ([]byte, error) {
	canvas := image.NewRGBA(image.Rect(0, 0, ImageWidth, ImageHeight))
	paintBackground(canvas)
	y := paragraph(canvas, letters.bold, text.Title, imageEdge+60, 58, imageInk, 2)
	if text.State != "" {
		y = paragraph(canvas, letters.bold, text.State, y+6, 28, imageAccent, 1)
	}
	paragraph(canvas, letters.plain, text.Text, y+16, 31, imageInk, 7)
	letters.bold.write(canvas, text.Site, imageEdge, ImageHeight-44, 32, imageAccent)
	_, width := letters.bold.shaped(text.Site, 32)
	letters.plain.write(canvas, text.Source, imageEdge+width+18, ImageHeight-44, 26, imageSoft)
	if land != nil && land.Width > 0 {
		land.raster(canvas, heat)
	} else {
		dropMark(canvas, mapLeft+mapWidth/2, mapTop+(mapHeight-dropHeight)/2, dropHeight, imageLand, imageBackground[1])
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		return nil, fmt.Errorf("writing the picture: %w", err)
	}
	return withDescription(out.Bytes(), text.Lang, text.Description()), nil
}

// paintBackground fills the picture with a gradient.
func paintBackground(to *image.RGBA) {
	for y := range ImageHeight {
		for x := range ImageWidth {
			part := (x + 2*y) * 255 / (ImageWidth + 2*ImageHeight)
			mix := func(a, b uint8) uint8 { return uint8((int(a)*(255-part) + int(b)*part) / 255) }
			a, b := imageBackground[0], imageBackground[1]
			to.SetRGBA(x, y, color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255})
		}
	}
}

// paragraph writes wrapped text from a base line on, and returns the base line after it.
// Text beyond the maximum number of lines ends with an ellipsis.
func paragraph(to *image.RGBA, face typeface, text string, y, size float64, ink color.Color, most int) float64 {
	lines := face.wrapped(text, size, lineWidth)
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] += " …"
	}
	for _, line := range lines {
		face.write(to, line, imageEdge, y, size, ink)
		y += 1.36 * size
	}
	return y
}

// raster draws the map on the right side of the picture.
func (c *Projection) raster(to *image.RGBA, heat public.Heatmap) {
	classes, _ := ScaleOf(false, heat).Classify(heat)
	scale := min(float64(mapWidth)/float64(c.Width), float64(mapHeight)/float64(c.Height))
	left := mapLeft + (mapWidth-scale*float64(c.Width))/2
	top := mapTop + (mapHeight-scale*float64(c.Height))/2
	draw := func(cells []outage.Cell, ink color.Color) {
		pen := newPencil(to)
		for _, cell := range cells {
			ring := c.ring(cell)
			x, y := centre(ring, 1)
			for i, p := range ring {
				// A gap between cells takes the place of their outlines.
				px := float32(left + scale*(x+.94*(float64(p.x)-x)))
				py := float32(top + scale*(y+.94*(float64(p.y)-y)))
				if i == 0 {
					pen.MoveTo(px, py)
				} else {
					pen.LineTo(px, py)
				}
			}
			pen.ClosePath()
		}
		pen.fill(ink)
	}
	draw(c.bare(classes), imageLand)
	for class, cells := range classes {
		draw(cells, imageRaster[class])
	}
}
