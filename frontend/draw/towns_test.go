package draw

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestLabelsOfTownsDoNotTouch(t *testing.T) {
	shapes := celltest.Geography(t)
	for _, country := range []outage.Country{countrytest.GB, countrytest.IN} {
		for _, resolution := range []int{country.MapResolution(), country.LargeResolution()} {
			land := Project(shapes, country, resolution)
			for _, lang := range []string{"en", "hi", "bn", "cy"} {
				labels := land.labels(lang)
				if len(labels) != mostLabels {
					t.Errorf("%s at %d in %s: %d labels", country, resolution, lang, len(labels))
				}
				for i, a := range labels {
					for _, b := range labels[:i] {
						if a.box.overlaps(b.box) {
							t.Errorf("%s in %s: %s touches %s", country, lang, a.name, b.name)
						}
					}
				}
			}
		}
	}
	svg := string(Project(shapes, countrytest.IN, countrytest.IN.MapResolution()).townsSVG("bn"))
	if !strings.Contains(svg, "কলকাতা") || strings.Contains(svg, "Kolkata") {
		t.Errorf("labels in Bengali: %s", svg)
	}
}
