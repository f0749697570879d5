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

// Summer time ends in the United Kingdom on 25 October 2026 at 01:00 UTC.
func TestClockNamesTheTimeOfAnHourThatExistsTwice(t *testing.T) {
	for _, test := range []struct {
		lang    string
		country outage.Country
		at      time.Time // UTC
		want    string
	}{
		{"en", countrytest.GB, time.Date(2026, 10, 24, 23, 59, 0, 0, time.UTC), "00:59"},
		{"en", countrytest.GB, time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), "01:00 BST"},
		{"en", countrytest.GB, time.Date(2026, 10, 25, 0, 45, 0, 0, time.UTC), "01:45 BST"},
		{"en", countrytest.GB, time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), "01:00 GMT"},
		{"bn", countrytest.GB, time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), "০১:৩০ GMT"},
		{"en", countrytest.GB, time.Date(2026, 10, 25, 2, 0, 0, 0, time.UTC), "02:00"},
		{"en", countrytest.GB, time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), "02:00"},
		{"en", countrytest.IN, time.Date(2026, 10, 25, 0, 45, 0, 0, time.UTC), "06:15"},
		{"en", "", time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), "01:30"},
	} {
		if got := New(test.lang, test.country).Clock(test.at, test.country); got != test.want {
			t.Errorf("%s: got %q, want %q", test.at, got, test.want)
		}
	}
}
