package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/runner"
)

// Pending incidents come from the view, and only when they are asked for.
func TestPendingOnRequest(t *testing.T) {
	journal := runner.FileState{Path: filepath.Join(t.TempDir(), "journal")}
	book := incident.NewRepository(nil, journal, time.Now, slog.Default())
	pending := func(service string, country outage.Country) outage.Watch {
		return outage.Watch{Service: service, Country: country, Pending: &outage.Incident{
			ID: service + "-pending", Service: service, Country: country, State: outage.StatePending,
		}}
	}
	view := outage.NewView(1, []outage.Watch{
		pending("b", outage.GB), pending("a", outage.GB), pending("c", outage.IN), {Service: "d", Country: outage.GB},
	})
	for _, c := range []struct {
		name   string
		view   *outage.View
		filter outage.IncidentFilter
		want   int
	}{
		{"not asked for", view, outage.IncidentFilter{}, 0},
		{"open ones", view, outage.IncidentFilter{State: outage.StateOpen}, 0},
		{"all", view, outage.IncidentFilter{State: outage.StatePending}, 2},
		{"of a country", view, outage.IncidentFilter{State: outage.StatePending, Country: outage.IN}, 1},
		{"before the first minute", nil, outage.IncidentFilter{State: outage.StatePending}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			same := func(_ context.Context, in outage.Incident) (outage.Incident, error) { return in, nil }
			both := incidents{book, func() *outage.View { return c.view }, same}
			found, _, err := both.Incidents(context.Background(), c.filter, "", 2)
			if err != nil || len(found) != c.want {
				t.Errorf("%d incidents, %v, want %d", len(found), err, c.want)
			}
			if c.want == 2 && (found[0].Service != "a" || found[1].Service != "b") {
				t.Errorf("in the order %s, %s", found[0].Service, found[1].Service)
			}
		})
	}
}
