package page

import (
	"context"
	"slices"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// arithmetic is the numbers that an incident was opened on.
type arithmetic struct {
	Facts []fact
	Nodes []node
}

// node is a place whose own evidence reached the threshold.
type node struct{ Place, Observed, Expected, Threshold, Evidence string }

// arithmetic formats the numbers that an incident was opened on. Old incidents
// have the sums only.
func (page *incidentPage) arithmetic(in public.Incident) arithmetic {
	why, number := in.Why, page.Int
	result := arithmetic{Facts: []fact{
		{page.T("figure.observed"), number(in.Observed)},
		{page.T("figure.expected"), page.Amount(in.Expected)},
		{page.T("figure.threshold"), page.Amount(in.Threshold)},
	}}
	result.Facts = append(result.Facts, fact{page.T("fact.peak"), page.words.ratioText(in.Peak)})
	if why.Window.From < why.Window.To {
		result.Facts = append(result.Facts,
			fact{page.T("why.window"), page.TimeSpan(why.Window.From.Time(), why.Window.To.Time(), in.Country)},
			fact{page.T("why.reports"), number(why.Reports)},
			fact{page.T("why.judged"), page.Amount(why.Judged)})
		if why.Works >= draw.MinimumCount {
			result.Facts = append(result.Facts, fact{page.T("why.works"), number(why.Works)})
		}
	}
	for _, tip := range why.Alarming {
		result.Nodes = append(result.Nodes, node{
			Place: page.words.placeOf(tip), Observed: number(tip.Observed), Expected: page.Amount(tip.Expected),
			Threshold: page.Amount(tip.Threshold),
			Evidence:  page.T("why.evidence", "has", page.Amount(tip.Evidence), "needs", page.Amount(tip.Needed)),
		})
	}
	return result
}

// recovery is the recovery of one region.
type recovery struct {
	Region           link
	Peak, Over, Back string
	Ended            bool
}

// recoveries formats the recoveries of regions, in the order of the footprint.
func (page *incidentPage) recoveries(in public.Incident) []recovery {
	var rows []recovery
	for _, r := range in.Recoveries {
		row := recovery{
			Region: page.areaLink(outage.AreaOf(r.Region)), Peak: page.words.ratioNumber(r.Peak) + "×",
			Over: page.T("recovery.open"), Back: "–",
		}
		if row.Ended = !r.At.IsZero(); row.Ended {
			row.Over = page.TimeOfDay(r.At, in.Country).Text
			if !locale.SameDay(r.At, in.OpenedAt, in.Country) {
				row.Over = page.T("time.on", "date", page.Date(r.At, in.Country), "time", row.Over)
			}
		}
		if r.Back >= draw.MinimumCount {
			row.Back = page.Int(r.Back)
		}
		rows = append(rows, row)
	}
	return rows
}

// RegionsHeading is the heading of the table of regions, which says nothing of an end
// while none has seen it.
func (page *incidentPage) RegionsHeading() string {
	ended := func(r recovery) bool { return r.Ended }
	if slices.ContainsFunc(page.Regions, ended) || slices.ContainsFunc(page.Others, ended) {
		return page.T("recovery.heading")
	}
	return page.T("recovery.none")
}

// MoreRegions is the label of the collapsed regions.
func (page *incidentPage) MoreRegions() string {
	return page.T("region.more", "n", int64(len(page.Others)))
}

// mostWider is the maximum number of listed incidents of a wider event.
const mostWider = 12

// wider lists the other incidents of the event that an incident belongs to.
func (page *incidentPage) wider(ctx context.Context, in public.Incident) []link {
	if in.Parent == "" {
		return nil
	}
	found, _, err := page.read.incidents.Incidents(ctx, outage.IncidentFilter{Span: in.Span(page.read.asOf)}, "", listedIncidents)
	if err != nil {
		page.read.miss(err, "incidents")
	}
	var links []link
	for _, other := range found {
		if other.Parent == in.Parent && other.ID != in.ID && len(links) < mostWider {
			text := page.T("incident.of.service", "service", page.words.serviceNamed(other.Service), "in", page.InCountry(other.Country))
			links = append(links, link{Path: page.incidentPath(other.ID), Text: text})
		}
	}
	return links
}
