package page

import (
	"context"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// vendorsPage is what vendors published of the incidents of the last 90 days.
type vendorsPage struct {
	request
	Rows []vendorRow
	AsOf []locale.Time
}

type vendorRow struct {
	link
	Incidents, Noticed, Silent int64
	Delay                      string // the median, "" for none
}

// VendorsPage is the table of vendors. The error is that of Incidents.
func (s *Builder) VendorsPage(ctx context.Context, at address.Address) (*vendorsPage, error) {
	page := &vendorsPage{request: s.request(at)}
	page.Title, page.Summary = page.T("vendors.title"), page.T("vendors.summary")
	page.AsOf = []locale.Time{page.TimeOfDay(page.read.asOf, page.zone())}
	incidents, err := page.since(ctx, page.read.asOf.Add(-public.VendorsFor))
	if err != nil {
		return nil, err
	}
	for _, record := range page.read.readings.Vendors(incidents) {
		row := vendorRow{
			link:      link{Path: address.Address{Lang: at.Lang, Service: record.Service}.Path(), Text: page.words.serviceNamed(record.Service)},
			Incidents: int64(record.Noticed + record.Silent), Noticed: int64(record.Noticed), Silent: int64(record.Silent),
		}
		if delay := record.Delay; delay != nil && *delay < 0 {
			row.Delay = page.T("vendors.before", "lag", page.Duration(-*delay))
		} else if delay != nil {
			row.Delay = page.Duration(*delay)
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

// since lists the incidents from an instant on.
func (q *request) since(ctx context.Context, from time.Time) (all []public.Incident, err error) {
	const atOnce = 1000
	filter := outage.IncidentFilter{Span: outage.Span{From: outage.MinuteOf(from), To: outage.MinuteOf(q.read.asOf) + 1}}
	for cursor := ""; ; {
		page, next, err := q.read.incidents.Incidents(ctx, filter, cursor, atOnce)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if cursor = next; next == "" || len(page) == 0 {
			return all, nil
		}
	}
}
