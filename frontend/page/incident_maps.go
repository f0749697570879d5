package page

import (
	"context"
	"html/template"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// smallMultiples shows how an incident grew and shrank: a small map for each of
// some 15-minute buckets.
type smallMultiples struct {
	Coastline template.HTML // the symbol of the land, which all maps use
	Pictures  []smallMap
	About     string // what the colours stand for
	Legend    []legendItem
}

// smallMap is one of the small maps, with a link to the large map.
type smallMap struct {
	SVG        template.HTML
	Path, Time string
}

// mostPictures is the maximum number of small maps.
const mostPictures = 8

// smallMultiples draws 15-minute buckets of an incident, sampled evenly.
func (page *incidentPage) smallMultiples(ctx context.Context, in public.Incident) smallMultiples {
	var result smallMultiples
	projection := page.builder.maps[mapKey{in.Country, in.Country.MapResolution()}]
	if projection == nil || projection.Width == 0 {
		return result
	}
	quarters := sampledQuarters(in.Span(page.read.asOf).Snap(outage.Quarter))
	heats := make([]public.Heatmap, len(quarters))
	for i, at := range quarters {
		heat, err := page.read.readings.Heatmap(ctx, in.Service, in.Country, in.Country.MapResolution(), outage.Span{From: at, To: at + outage.Quarter})
		if err != nil {
			page.read.miss(err, "heatmap")
			return smallMultiples{}
		}
		heats[i] = heat
	}
	scale := draw.ScaleOf(false, heats...)
	result.Legend, result.About = legend(page.Localizer, scale, scale.Measure != draw.Counts), page.T(measureTexts[scale.Measure])
	result.Coastline = template.HTML(`<svg class="defs" aria-hidden="true"><symbol id="land" viewBox="` + projection.ViewBox() + `"><path class="coast" d="` + projection.Coast + `"/></symbol></svg>`)
	for i, at := range quarters {
		result.Pictures = append(result.Pictures, smallMap{
			SVG: projection.Thumbnail(heats[i], scale), Path: page.replay(in, at).Path(), Time: page.Clock(at.Time(), in.Country),
		})
	}
	return result
}

// sampledQuarters are the starts of evenly sampled 15-minute buckets of a span,
// including the first and the last.
func sampledQuarters(span outage.Span) []outage.Minute {
	all := int(span.To-span.From) / outage.Quarter
	n := min(all, mostPictures)
	picked := make([]outage.Minute, n)
	for i := range picked {
		nth := i
		if n > 1 {
			nth = i * (all - 1) / (n - 1)
		}
		picked[i] = span.From + outage.Minute(nth*outage.Quarter)
	}
	return picked
}

// replay is the state of the large map at a 15-minute bucket of an incident, with
// an hour before and after it.
func (q *request) replay(in public.Incident, at outage.Minute) address.MapState {
	open := in.Span(q.read.asOf).Snap(outage.Quarter)
	result := address.MapState{
		Lang: q.At.Lang, Service: in.Service, Country: in.Country, Each: outage.Quarter, At: at,
		Span: outage.Span{From: open.From - outage.Minute(address.DefaultEach), To: open.To + outage.Minute(address.DefaultEach)},
	}
	result.Span.To = min(result.Span.To, (outage.MinuteOf(q.read.asOf) + 1).Ceil(outage.Quarter))
	result.Span.From = max(result.Span.From, result.Span.To-address.LongestSpan)
	result.At = max(result.At, result.Span.From)
	return result
}
