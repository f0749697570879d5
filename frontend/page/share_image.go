package page

import (
	"cmp"
	"context"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// shared are the pages, by their template, that have a picture for link previews. An
// incident has one of its own.
var shared = map[string]bool{"home": true, "service": true, "place": true, "day": true}

// imagePrefix is what the addresses of these pictures begin with.
const imagePrefix = "/share"

// Image is the address of the picture of the page, "" for none.
func (p *layout) Image() string {
	if !shared[p.name] {
		return ""
	}
	at := p.At
	at.Show, at.Chart = "", ""
	return strings.TrimSuffix(imagePrefix+at.Path(), "/") + ".png"
}

// PagePNG is the picture of a page for link previews: its numbers and words, beside a map
// of the last hour. A language that no font supports is replaced by the default one. It is
// nil for a page that has none.
func (s *Builder) PagePNG(ctx context.Context, at address.Address) ([]byte, error) {
	if !s.fonts.Supports(at.Lang) {
		at.Lang = locale.Default
	}
	name, content, err := s.Page(ctx, at)
	if err != nil || !shared[name] {
		return nil, err
	}
	text := draw.ShareText{Lang: at.Lang}
	var q *request
	var lines []string
	switch page := content.(type) {
	case *homePage:
		q, text.State = &page.request, page.Headline
		for _, event := range page.Events {
			lines = append(lines, strings.TrimSuffix(event.Name+": "+event.Sentence+" · "+event.Extent, " · "))
		}
		if len(lines) == 0 {
			lines = []string{page.T("home.lead")}
		}
	case *servicePage:
		q, text.Title, text.State = &page.request, page.Name, page.Verdicts[0].Word
		for _, verdict := range page.Verdicts {
			lines = append(lines, verdict.Sentence+" "+verdict.Numbers)
		}
	case *placePage:
		q, text.Title, lines = &page.request, page.Name, []string{page.Headline, page.Span}
		for _, row := range page.Services[:min(len(page.Services), namedServices)] {
			lines = append(lines, row.Name+": "+row.Reports)
		}
	case *calendarPage:
		q, lines = &page.request, []string{page.Sentence}
		for _, section := range page.Sections {
			for _, row := range section.Rows[:min(len(section.Rows), namedServices)] {
				lines = append(lines, row.Text+" ("+row.Where+")")
			}
		}
	}
	service, _ := s.config.Services.Service(at.Service)
	country, now := at.Countries(service)[0], q.read.asOf
	text.Site, text.Title, text.Text = q.Site(), cmp.Or(text.Title, q.Title), strings.Join(lines, " · ")
	if text.State == "" {
		text.State = q.Notice()
	}
	text.Source = q.marked(q.T("image.source") + " · " + q.T("time.at", "time", q.Date(now, country)+", "+q.Clock(now, country), "zone", q.Zone(country)))
	return s.withMap(ctx, q, text, service, country)
}

// namedServices is the number of services or incidents that a picture names.
const namedServices = 4

// withMap draws a picture with the map of the last hour; that of a day, which is over, and
// one whose counts are away have the drop.
func (s *Builder) withMap(ctx context.Context, q *request, text draw.ShareText, service outage.Service, country outage.Country) ([]byte, error) {
	if q.At.Date != (address.Date{}) {
		return draw.SharePNG(s.fonts, text, nil, public.Heatmap{})
	}
	heat, err := q.read.readings.Heatmap(ctx, service.Slug, country, country.MapResolution(), public.LastHour(q.read.asOf))
	if err != nil {
		q.read.miss(err, "heatmap of a picture")
		return draw.SharePNG(s.fonts, text, nil, public.Heatmap{})
	}
	return draw.SharePNG(s.fonts, text, s.maps[mapKey{country, country.MapResolution()}], heat)
}
