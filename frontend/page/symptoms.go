package page

import (
	"context"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// symptoms reads the reported symptoms of a day.
func (page *servicePage) symptoms(ctx context.Context, service outage.Service) {
	now := outage.MinuteOf(page.read.asOf).Floor(outage.Quarter)
	span := outage.Span{From: now - day, To: now}
	found, ok := readOrLastGood(page.read, "symptoms", "/"+service.Slug+"/"+string(page.At.Country), func() (public.Symptoms, error) {
		return page.read.readings.Symptoms(ctx, service.Slug, outage.Area{Country: page.At.Country}, span)
	})
	if !ok {
		return
	}
	page.Symptoms, page.Symptom = page.words.shares(service, found), page.T("symptoms.of", "n", found.Total)
}

// shares makes the table of reported symptoms.
func (n names) shares(service outage.Service, found public.Symptoms) []share {
	var most int64
	for _, item := range found.Items {
		most = max(most, item.Reports)
	}
	var rows []share
	for _, item := range found.Items {
		rows = append(rows, share{
			Name: n.symptom(service, item.Symptom), Number: n.percent(item.Share), Width: width(item.Reports, most),
		})
	}
	if found.Withheld > 0 && found.Total > 0 {
		part := float64(found.Withheld) / float64(found.Total)
		rows = append(rows, share{Name: n.T("symptoms.rest"), Number: n.percent(part), Width: width(found.Withheld, most)})
	}
	return rows
}

// percent is a share in whole percent, and "<1%" for one that would be rounded to none.
func (n names) percent(share float64) string {
	if share > 0 && share < .005 {
		return "<" + n.Percent(.01)
	}
	return n.Percent(share)
}

func width(n, most int64) int {
	if most <= 0 || n <= 0 {
		return 0
	}
	return max(1, int(100*n/most))
}
