package public

import (
	"context"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// TestServicesIn holds that a place shows of each service what the table of places shows
// of it there, and nothing under the minimum count.
func TestServicesIn(t *testing.T) {
	near, far := below(kolkata, 0, 0, 0), below(kolkata, 5, 0, 0)
	counts := []outage.Count{live(ten, near, 9), live(ten+20, near, 6), live(ten+1, far, 30), live(ten, 0, 50)}
	for service, n := range map[string]int64{"upi": 12, "jio": 2} {
		count := live(ten, near, n)
		count.Service = service
		counts = append(counts, count)
	}
	for i := range counts {
		if counts[i].Cell != 0 {
			counts[i].Region, counts[i].District = districtOf(counts[i].Cell)
		}
	}
	reader := readAt(ten+60, counts...)
	span := outage.Span{From: ten, To: ten + 60}
	region, district := districtOf(near)
	for _, area := range []outage.Area{outage.AreaOf(region), {Country: countrytest.IN, Region: region, District: district}} {
		got, err := reader.Snapshot().ServicesIn(context.Background(), area, span, 5)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || got[0].Service != "whatsapp" || got[0].Reports != 15 || got[1].Service != "upi" || got[1].Reports != 12 {
			t.Errorf("%+v: %+v", area, got)
		}
		for _, count := range got {
			series, err := reader.Snapshot().Series(context.Background(), count.Service, area, span, 60)
			if err != nil || series.Points[0].Reports != count.Reports {
				t.Errorf("%+v: %d of %s, and %+v as a series (%v)", area, count.Reports, count.Service, series.Points, err)
			}
		}
	}
	if got, err := reader.Snapshot().ServicesIn(context.Background(), outage.AreaOf(region), span, 1); err != nil || len(got) != 1 {
		t.Errorf("one at most: %+v %v", got, err)
	}
}
