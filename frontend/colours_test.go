package frontend

import (
	"fmt"
	"image/color"
	"math"
	"regexp"
	"testing"
)

// palettes are the colours of the light and of the dark scheme, by name.
func palettes(t *testing.T) map[string]map[string]color.RGBA {
	t.Helper()
	css, err := staticFiles.ReadFile("static/css/base.css")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]color.RGBA{}
	roots := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(css), 2)
	for i, scheme := range []string{"light", "dark"} {
		found[scheme] = map[string]color.RGBA{}
		for _, one := range regexp.MustCompile(`--([a-z0-9-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(roots[i][1], -1) {
			c := color.RGBA{A: 255}
			if _, err := fmt.Sscanf(one[2], "%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
				t.Fatal(err)
			}
			found[scheme][one[1]] = c
		}
	}
	return found
}

// luminance is the relative luminance of WCAG 2.
func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= .04045 {
			return x / 12.92
		}
		return math.Pow((x+.055)/1.055, 2.4)
	}
	return .2126*linear(c.R) + .7152*linear(c.G) + .0722*linear(c.B)
}

func contrast(a, b color.RGBA) float64 {
	high, low := max(luminance(a), luminance(b)), min(luminance(a), luminance(b))
	return (high + .05) / (low + .05)
}

func hue(c color.RGBA) float64 {
	r, g, b := float64(c.R), float64(c.G), float64(c.B)
	return math.Atan2(math.Sqrt(3)*(g-b), 2*r-g-b) * 180 / math.Pi
}

// The classes of a map are of one hue, each apart from the one before, and the lowest
// from the land. Cells have a dark outline.
func TestMapColoursCanBeToldApart(t *testing.T) {
	for scheme, colours := range palettes(t) {
		before := colours["land"]
		for k := 1; k <= 5; k++ {
			class := colours[fmt.Sprintf("k%d", k)]
			least := 1.3
			if k == 1 {
				least = 1.5
			}
			if got := contrast(before, class); got < least {
				t.Errorf("%s: class %d has a contrast of %.2f to what is below it, want %.1f", scheme, k, got, least)
			}
			if turn := math.Abs(hue(class) - hue(colours["k1"])); turn > 12 {
				t.Errorf("%s: the hue of class %d is %.0f degrees from that of the first", scheme, k, turn)
			}
			before = class
		}
		if got := contrast(colours["rim"], colours["land"]); got < 1.3 {
			t.Errorf("%s: the outline of cells has a contrast of %.2f to the land", scheme, got)
		}
		if luminance(colours["rim"]) > luminance(colours["land"]) {
			t.Errorf("%s: the outline of cells is light", scheme)
		}
	}
}
