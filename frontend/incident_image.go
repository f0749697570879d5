package frontend

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The picture for link previews, in pixels, and the part of it for the map.
const (
	imageWidth, imageHeight = 1200, 630
	imageEdge               = 60
	lineWidth               = 650
	mapLeft, mapTop         = 750, 50
	mapWidth, mapHeight     = 400, 530
)

// Colours of the picture: the dark end of the pages, whatever the reader's are.
var (
	imageSky    = [2]color.RGBA{{10, 35, 66, 255}, {23, 69, 127, 255}}
	imageInk    = color.RGBA{255, 255, 255, 255}
	imageSoft   = color.RGBA{205, 220, 238, 255}
	imageFlash  = color.RGBA{255, 210, 63, 255}
	imageLand   = color.RGBA{44, 78, 122, 255}
	imageRaster = [mapClasses + 1]color.RGBA{
		{62, 101, 160, 255}, {124, 128, 138, 255}, {163, 158, 138, 255}, {205, 188, 106, 255}, {254, 232, 56, 255}, {92, 120, 156, 255},
	}
)

// incidentPNG draws an incident for those who see a link to it. A language
// without letters in the program is drawn in the default one.
func (s *Site) incidentPNG(ctx context.Context, at address, record outage.Record) ([]byte, error) {
	if !s.letters.speaks(at.Lang) {
		at.Lang = locale.Default
	}
	in := record.Incident
	f := s.frame(at)
	f.Localizer = locale.New(at.Lang, in.Country)
	canvas := image.NewRGBA(image.Rect(0, 0, imageWidth, imageHeight))
	paintSky(canvas)

	title := f.T("incident.of.service", "service", f.serviceNamed(in.Service), "in", f.InCountry(in.Country))
	y := f.paragraph(canvas, s.letters.bold, title, imageEdge+60, 58, imageInk, 2)
	y = f.paragraph(canvas, s.letters.bold, f.because(f.T("state."+string(in.State)), in)+" · "+f.T("severity."+string(in.Severity)), y+6, 28, imageFlash, 1)
	f.paragraph(canvas, s.letters.plain, cmp.Or(f.totals(in, f.measure(ctx, in)), s.teller.Sentence(at.Lang, in)), y+16, 31, imageInk, 7)
	s.letters.bold.write(canvas, "Downpour", imageEdge, imageHeight-44, 32, imageFlash)
	_, width := s.letters.bold.shaped("Downpour", 32)
	s.letters.plain.write(canvas, f.T("image.source"), imageEdge+width+18, imageHeight-44, 26, imageSoft)

	span := spanOf(in, s.AsOf()).Snap(outage.Quarter)
	heat, err := s.Readings.Heatmap(ctx, in.Service, in.Country, mapResolution, span)
	if err != nil {
		return nil, fmt.Errorf("reading the map: %w", err)
	}
	if sheet := s.sheets[sheetKey{in.Country, mapResolution}]; sheet != nil && sheet.width > 0 {
		sheet.raster(canvas, heat)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		return nil, fmt.Errorf("writing the picture: %w", err)
	}
	return out.Bytes(), nil
}

// paintSky fills the picture from dark to less dark.
func paintSky(to *image.RGBA) {
	for y := range imageHeight {
		for x := range imageWidth {
			part := (x + 2*y) * 255 / (imageWidth + 2*imageHeight)
			mix := func(a, b uint8) uint8 { return uint8((int(a)*(255-part) + int(b)*part) / 255) }
			a, b := imageSky[0], imageSky[1]
			to.SetRGBA(x, y, color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255})
		}
	}
}

// paragraph writes lines from a base line on, and gives that of the next one.
// Lines beyond the most end with an ellipsis.
func (f *frame) paragraph(to *image.RGBA, face typeface, text string, y, size float64, ink color.Color, most int) float64 {
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
func (c *country) raster(to *image.RGBA, heat outage.Heatmap) {
	classes, _ := classed(heat, !hasRatios(heat))
	scale := min(float64(mapWidth)/float64(c.width), float64(mapHeight)/float64(c.height))
	left := mapLeft + (mapWidth-scale*float64(c.width))/2
	top := mapTop + (mapHeight-scale*float64(c.height))/2
	draw := func(cells []outage.Cell, ink color.Color) {
		pen := newPencil(to)
		for _, cell := range cells {
			ring := c.ring(cell)
			x, y := middle(ring, 1)
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
