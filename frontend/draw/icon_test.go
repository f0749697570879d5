package draw

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"testing"
)

// What a system may cut away of a full icon is its field alone.
func TestMaskableIconsKeepToTheCircle(t *testing.T) {
	field := color.RGBA{10, 35, 66, 255}
	drawn, err := IconPNG(Icon{Size: 192, Full: true, Field: field})
	if err != nil {
		t.Fatal(err)
	}
	icon, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	mark := 0
	for y := range 192 {
		for x := range 192 {
			if color.RGBAModel.Convert(icon.At(x, y)) == field {
				continue
			}
			mark++
			if from := math.Hypot(float64(x)-95.5, float64(y)-95.5); from > .4*192 {
				t.Fatalf("the mark is at %d, %d, %.0f pixels from the middle", x, y, from)
			}
		}
	}
	if mark < 192*192/10 {
		t.Errorf("the mark has %d pixels", mark)
	}
}

func TestIconsHaveRoundCorners(t *testing.T) {
	drawn, err := IconPNG(Icon{Size: 192, Field: color.RGBA{10, 35, 66, 255}})
	if err != nil {
		t.Fatal(err)
	}
	icon, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range [][2]int{{0, 0}, {191, 0}, {0, 191}, {191, 191}} {
		if _, _, _, a := icon.At(p[0], p[1]).RGBA(); a != 0 {
			t.Errorf("the corner %v is not clear", p)
		}
	}
}
