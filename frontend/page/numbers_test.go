package page

import (
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// TestAnHourThatExistsTwiceNamesItsZone has the hour at the end of summer time.
func TestAnHourThatExistsTwiceNamesItsZone(t *testing.T) {
	from := outage.MinuteOf(time.Date(2026, 10, 24, 23, 0, 0, 0, time.UTC))
	var series public.Series
	for hour := range outage.Minute(4) {
		series.Points = append(series.Points, public.Point{Start: from + 60*hour})
	}
	var texts []string
	for _, row := range hours(locale.New("en", countrytest.GB), series, countrytest.GB, 60) {
		texts = append(texts, row.Text)
	}
	if got := strings.Join(texts, ", "); got != "02:00, 01:00 GMT, 01:00 BST, 00:00" {
		t.Errorf("the hours are %s", got)
	}
}

// TestSmallMapsNameTheirZone has an incident over the end of summer time.
func TestSmallMapsNameTheirZone(t *testing.T) {
	builder := testViews(t)
	opened := time.Date(2026, 10, 25, 0, 40, 0, 0, time.UTC)
	page := &incidentPage{request: builder.request(address.Address{Lang: "en", Country: countrytest.GB})}
	in := public.Incident{
		ID: "one", Service: "bt", Country: countrytest.GB, State: outage.StateResolved, OpenedAt: opened,
		ClosedAt: opened.Add(time.Hour), Since: outage.MinuteOf(opened),
	}
	var texts []string
	for _, picture := range page.smallMultiples(t.Context(), in).Pictures {
		texts = append(texts, picture.Time)
	}
	if got := strings.Join(texts, ", "); got != "01:30 BST, 01:45 BST, 01:00 GMT, 01:15 GMT, 01:30 GMT" {
		t.Errorf("the maps are of %s", got)
	}
}

// TestMapNoteHasThreeNumbers tells apart what is in no cell of a map.
func TestMapNoteHasThreeNumbers(t *testing.T) {
	note := mapNote(locale.New("en", countrytest.IN), public.Heatmap{Unplaced: 31, Withheld: 3007, NotYetPlaced: 3000})
	for _, part := range []string{"31 reports named no place", "7 reports are not shown here, because too few", "3,000 reports are added to the map"} {
		if !strings.Contains(note, part) {
			t.Errorf("%q has no %q", note, part)
		}
	}
}

// TestSharesHaveARowForTheRest holds the shares to a whole.
func TestSharesHaveARowForTheRest(t *testing.T) {
	builder := testViews(t)
	rows := names{locale.New("en", countrytest.IN), builder.config.Services, builder.config.Shapes}.shares(outage.Service{}, public.Symptoms{
		Total: 100, Withheld: 36, Items: []public.SymptomCount{{Symptom: "", Reports: 64, Share: .64}},
	})
	if len(rows) != 2 || rows[1].Number != "36%" {
		t.Errorf("the rows are %+v", rows)
	}
}
