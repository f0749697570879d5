package draw

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	scaling "golang.org/x/image/draw"
)

// Icon is the picture of the site on a home screen: the drop, or the logo of the operator,
// on the site's colour.
type Icon struct {
	Size int // pixels of a side
	// Full covers the whole square, for systems that cut out a shape of their own. The
	// mark then keeps to the circle that no shape cuts, 80 % of the side.
	Full   bool
	Field  color.RGBA
	Raster image.Image // of the operator, nil for the drop
}

// Parts of the side of an icon.
const (
	iconCorner = 8. / 32 // radius of the corners
	markPart   = .80     // side of the mark on an icon with corners
	markFull   = .62     // side of the mark within the circle that is never cut
)

// iconDrop is the colour of the drop; the rain in it has that of the field.
var iconDrop = color.RGBA{219, 233, 244, 255}

// IconPNG draws an icon.
func IconPNG(icon Icon) ([]byte, error) {
	canvas := image.NewRGBA(image.Rect(0, 0, icon.Size, icon.Size))
	side := float64(icon.Size)
	corner, part := iconCorner, markPart
	if icon.Full {
		corner, part = 0, markFull
	}
	pen := newPencil(canvas)
	pen.square(side, corner*side)
	pen.fill(icon.Field)
	if icon.Raster != nil {
		fit(canvas, icon.Raster, part*side)
	} else {
		dropMark(canvas, side/2, (1-part)*side/2, part*side, iconDrop, icon.Field)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		return nil, fmt.Errorf("writing an icon: %w", err)
	}
	return out.Bytes(), nil
}

// square adds a square with round corners.
func (p *pencil) square(side, radius float64) {
	a, r := float32(side), float32(radius)
	k := r * (1 - circle)
	p.MoveTo(r, 0)
	p.LineTo(a-r, 0)
	p.CubeTo(a-k, 0, a, k, a, r)
	p.LineTo(a, a-r)
	p.CubeTo(a, a-k, a-k, a, a-r, a)
	p.LineTo(r, a)
	p.CubeTo(k, a, 0, a-k, 0, a-r)
	p.LineTo(0, r)
	p.CubeTo(0, k, k, 0, r, 0)
}

// circle is the length of the handles of a quarter of a circle, as a part of its radius.
const circle = .5523

// The drop in units of its height: its tip is at the top, and its lower half a half circle.
const (
	dropWidth  = 19. / 27
	dropMiddle = 17.5 / 27 // where the half circle begins
)

// dropMark draws a drop of a height with rain in it.
func dropMark(to *image.RGBA, middle, top, height float64, ink, streaks color.Color) {
	at := func(x, y float64) (float32, float32) { return float32(middle + x*height), float32(top + y*height) }
	pen := newPencil(to)
	pen.MoveTo(at(0, 0))
	const half, lower = dropWidth / 2, 1 - dropMiddle
	cube := func(ax, ay, bx, by, cx, cy float64) {
		a, b := at(ax, ay)
		c, d := at(bx, by)
		e, f := at(cx, cy)
		pen.CubeTo(a, b, c, d, e, f)
	}
	cube(.04, .23, half, .41, half, dropMiddle)
	cube(half, dropMiddle+circle*lower, circle*half, 1, 0, 1)
	cube(-circle*half, 1, -half, dropMiddle+circle*lower, -half, dropMiddle)
	cube(-half, .41, -.04, .23, 0, 0)
	pen.fill(ink)
	for _, streak := range [][4]float64{{-.1, .53, -.17, .78}, {.07, .43, -.06, .88}, {.19, .53, .12, .78}} {
		ax, ay := at(streak[0], streak[1])
		bx, by := at(streak[2], streak[3])
		rain := newPencil(to)
		rain.stroke(ax, ay, bx, by, float32(.085*height))
		rain.fill(streaks)
	}
}

// stroke adds a line with round ends.
func (p *pencil) stroke(ax, ay, bx, by, width float32) {
	length := float32(math.Hypot(float64(bx-ax), float64(by-ay)))
	// Half the width, along the line and across it.
	lx, ly := (bx-ax)/length*width/2, (by-ay)/length*width/2
	cx, cy := -ly, lx
	const k = circle
	p.MoveTo(ax+cx, ay+cy)
	p.CubeTo(ax+cx-k*lx, ay+cy-k*ly, ax-lx+k*cx, ay-ly+k*cy, ax-lx, ay-ly)
	p.CubeTo(ax-lx-k*cx, ay-ly-k*cy, ax-cx-k*lx, ay-cy-k*ly, ax-cx, ay-cy)
	p.LineTo(bx-cx, by-cy)
	p.CubeTo(bx-cx+k*lx, by-cy+k*ly, bx+lx-k*cx, by+ly-k*cy, bx+lx, by+ly)
	p.CubeTo(bx+lx+k*cx, by+ly+k*cy, bx+cx+k*lx, by+cy+k*ly, bx+cx, by+cy)
}

// fit draws a picture in the middle, as large as a side allows.
func fit(to *image.RGBA, from image.Image, side float64) {
	width, height := float64(from.Bounds().Dx()), float64(from.Bounds().Dy())
	scale := side / max(width, height, 1)
	x, y := (float64(to.Bounds().Dx())-scale*width)/2, (float64(to.Bounds().Dy())-scale*height)/2
	box := image.Rect(int(x), int(y), int(math.Ceil(x+scale*width)), int(math.Ceil(y+scale*height)))
	scaling.CatmullRom.Scale(to, box, from, from.Bounds(), scaling.Over, nil)
}
