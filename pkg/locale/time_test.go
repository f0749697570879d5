package locale

import (
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestInstantsTellTheDateThatDiffers(t *testing.T) {
	late := time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC)
	for _, test := range []struct {
		lang    string
		country outage.Country
		want    string
	}{
		{"en", countrytest.GB, "1 July 2026, 00:30 UK time (30 June 2026, 23:30 UTC)"},
		{"bn", countrytest.IN, "১ জুলাই ২০২৬, ০৫:০০ ভারতীয় সময় (৩০ জুন ২০২৬, ২৩:৩০ UTC)"},
		{"cy", countrytest.GB, "1 Gorffennaf 2026, 00:30 amser y DU (30 Mehefin 2026, 23:30 UTC)"},
	} {
		if got := New(test.lang, test.country).Instant(late, test.country).Text; got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
