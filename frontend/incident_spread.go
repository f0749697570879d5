package frontend

import (
	"context"
	"fmt"
	"html/template"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// spread is how an incident grew and shrank: a small map for each of some
// quarter hours.
type spread struct {
	Land     template.HTML // the land, which all of them share
	Pictures []picture
	Counts   bool
	Legend   []legendItem
}

// picture is one of the small maps, which leads to the large one.
type picture struct {
	SVG        template.HTML
	Path, Time string
}

// mostPictures is how many quarter hours are drawn.
const mostPictures = 8

// spread draws the quarter hours of an incident, evenly picked where there are
// many.
func (page *incidentPage) spread(ctx context.Context, in outage.Incident) spread {
	var made spread
	sheet := page.site.sheets[sheetKey{in.Country, mapResolution}]
	if sheet == nil || sheet.width == 0 {
		return made
	}
	quarters := pickedQuarters(spanOf(in, page.site.AsOf()).Snap(outage.Quarter))
	heats := make([]outage.Heatmap, len(quarters))
	made.Counts = true
	for i, at := range quarters {
		heat, err := page.site.Readings.Heatmap(ctx, in.Service, in.Country, mapResolution, outage.Span{From: at, To: at + outage.Quarter})
		if err != nil {
			page.miss(err, "heatmap")
			return spread{}
		}
		heats[i] = heat
		made.Counts = made.Counts && !hasRatios(heat)
	}
	made.Legend = page.legend(made.Counts, !made.Counts)
	made.Land = template.HTML(`<svg class="defs" aria-hidden="true"><symbol id="land" viewBox="` + sheet.viewBox() + `"><path class="land" d="` + sheet.coast + `"/></symbol></svg>`)
	for i, at := range quarters {
		made.Pictures = append(made.Pictures, picture{
			SVG: sheet.small(heats[i], made.Counts), Path: page.replay(in, at).path(), Time: page.Clock(at.Time(), in.Country),
		})
	}
	return made
}

// pickedQuarters are the starts of some quarter hours of a span, the first and
// the last among them.
func pickedQuarters(span outage.Span) []outage.Minute {
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

// replay is the large map at a quarter hour of an incident, with time to step
// through on both sides.
func (f *frame) replay(in outage.Incident, at outage.Minute) scene {
	open := spanOf(in, f.site.AsOf()).Snap(outage.Quarter)
	made := scene{
		Lang: f.At.Lang, Service: in.Service, Country: in.Country, Each: outage.Quarter, At: at,
		Span: outage.Span{From: open.From - outage.Minute(usualEach), To: open.To + outage.Minute(usualEach)},
	}
	made.Span.To = min(made.Span.To, (outage.MinuteOf(f.site.AsOf()) + 1).Ceil(outage.Quarter))
	made.Span.From = max(made.Span.From, made.Span.To-longestScene)
	made.At = max(made.At, made.Span.From)
	return made
}

// small draws cells over the land that the page holds once. What the picture
// says stands beside it in words.
func (c *country) small(heat outage.Heatmap, counts bool) template.HTML {
	classes, _ := classed(heat, counts)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" aria-hidden="true" viewBox="%s"><use href="#land"/>`, c.viewBox())
	for class, cells := range classes {
		if len(cells) > 0 {
			fmt.Fprintf(&b, `<path class="k%d" d="%s"/>`, class+1, c.path(cells))
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}
