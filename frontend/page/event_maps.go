package page

import (
	"context"
	"html/template"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// eventMaps are the small maps of the largest event, one for each country.
type eventMaps struct {
	About string // what the colours stand for
	Each  []eventMap
}

// eventMap is one of them, with a link to the map of the page of its service.
type eventMap struct {
	SVG        template.HTML
	Name, Path string
}

// mapTexts are the texts beside the colours. Maps of plain counts would show where people
// live, and are left out.
var mapTexts = map[draw.Measure]string{draw.Ratios: "event.map.ratio", draw.Shares: "event.map.share"}

// addMaps draws where an event is, as the maps of the pages of its service do, and all in
// one scale.
func (page *homePage) addMaps(ctx context.Context, e *event) {
	var heats []public.Heatmap
	var shown []member
	for _, m := range e.lead {
		if len(m.open) == 0 {
			continue
		}
		heat, ok := page.read.heat(ctx, m.service, m.Country, page.At.ID, public.LastHour(page.read.asOf))
		if land := page.builder.maps[mapKey{m.Country, heat.Resolution}]; ok && land != nil && land.Width > 0 && len(heat.Cells) > 0 {
			heats, shown = append(heats, heat), append(shown, m)
		}
	}
	scale := draw.ScaleOf(false, heats...)
	about, ok := mapTexts[scale.Measure]
	if !ok || len(shown) == 0 {
		return
	}
	e.Maps.About, e.Areas = page.T(about), nil
	for i, m := range shown {
		classes, _ := scale.Classify(heats[i])
		name := page.T("map.name", "service", page.ServiceName(m.service), "in", page.InCountry(m.Country))
		e.Maps.Each = append(e.Maps.Each, eventMap{
			SVG:  page.builder.maps[mapKey{m.Country, heats[i].Resolution}].Sketch(name, classes),
			Name: page.CountryName(m.Country), Path: m.Path + "#map-" + string(m.Country),
		})
	}
}

// heat is what the map of a service in a country shows. The id of an incident tells its
// span from that of now, which changes each minute.
func (r *reader) heat(ctx context.Context, service outage.Service, country outage.Country, incident string, span outage.Span) (public.Heatmap, bool) {
	return readOrLastGood(r, "heatmap", "/"+service.Slug+"/"+string(country)+incident, func() (public.Heatmap, error) {
		return r.readings.Heatmap(ctx, service.Slug, country, country.MapResolution(), span)
	})
}
