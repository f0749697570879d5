package main

import (
	"context"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// pageNumbers answers pages from the latest snapshot.
type pageNumbers struct{ reader *public.Reader }

func (p pageNumbers) Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (outage.Heatmap, error) {
	return p.reader.Snapshot().Heatmap(ctx, service, country, resolution, span)
}

func (p pageNumbers) Series(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span, step int) (outage.Series, error) {
	return p.reader.Snapshot().Series(ctx, service, country, region, span, step)
}

func (p pageNumbers) Symptoms(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (outage.Symptoms, error) {
	return p.reader.Snapshot().Symptoms(ctx, service, country, region, span)
}

func (p pageNumbers) Regions(ctx context.Context, service string, country outage.Country, span outage.Span) ([]outage.RegionCount, error) {
	return p.reader.Snapshot().Regions(ctx, service, country, span)
}

func (p pageNumbers) Health(ctx context.Context, service string, country outage.Country) (outage.Health, error) {
	health, err := p.reader.Snapshot().Health(ctx, service, country)
	made := outage.Health{
		Status: health.Status, Observed: health.Observed, Expected: health.Expected, Reports: health.Reports, Networks: health.Networks,
	}
	if in := health.Incident; in != nil {
		made.Incident = &outage.Incident{
			ID: in.ID, Service: in.Service, Country: in.Country, State: in.State, OpenedAt: in.OpenedAt, ClosedAt: in.ClosedAt, Since: in.Since,
			Footprint: outage.Footprint{Scope: in.Footprint.Scope}, Observed: in.Observed, Expected: in.Expected, Threshold: in.Threshold,
			Ratio: in.Ratio, Peak: in.Peak, Severity: in.Severity, Confirmed: in.Confirmed, Verdict: in.Verdict, Cause: in.Cause, Reasons: in.Reasons,
		}
	}
	return made, err
}
