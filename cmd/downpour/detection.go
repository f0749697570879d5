package main

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"

	"downpour/pkg/incident"
	"downpour/pkg/outage"
	"downpour/pkg/timeline"
)

// states are what the detector keeps between two minutes; incident.Journal and
// timeline.States both mean this.
type states interface {
	Load(ctx context.Context) ([]byte, error)
	Store(ctx context.Context, state []byte) error
}

// state keeps one state where it outlives this process: in Redis, or in a file
// where Redis is a part of the process.
func (a *app) state(name string) states {
	if a.embeddedRedis() {
		return timeline.FileState{Path: filepath.Join(a.settings.Data, name+".state")}
	}
	return timeline.NewRedisState(a.redis.Client(), name)
}

// buildDetection makes the detector and the book of incidents.
func (a *app) buildDetection(ctx context.Context) error {
	a.book = incident.NewBook(a.db, a.state("incidents"), a.now, a.logger)
	a.live = timeline.NewLive(timeline.LiveConfig{
		Timeline: a.timeline(),
		Hot:      a.hot, Past: a.db, HotFrom: func() outage.Minute { return a.hot.Span().From },
		Book: a.book, States: a.state("detector"), Normals: a.db, Now: a.now, Logger: a.logger,
	})
	a.imports = timeline.NewImports(timeline.ImportsConfig{
		Timeline: a.timeline(), Past: a.db, Archived: a.redis.Archived,
		Book: a.book, States: a.state("imports"), Now: a.now, Logger: a.logger,
	})
	a.add(part{name: "imports", run: a.imports.Run})
	a.add(part{name: "incidents", run: func(ctx context.Context) error {
		if err := a.book.Open(ctx); err != nil {
			return err
		}
		return a.book.Run(ctx)
	}})
	a.add(part{name: "detector", run: func(ctx context.Context) error {
		if err := a.whenFresh(ctx); err != nil {
			return err
		}
		return a.live.Run(ctx)
	}})
	return nil
}

// timeline is how the detector runs here.
func (a *app) timeline() timeline.Config {
	config := timeline.DefaultConfig(a.geography)
	config.Relations = a.services
	return config
}

// incidents is the book, and what may yet come of the present minute.
type incidents struct {
	*incident.Book
	view func() *outage.View
}

// Incidents lists what the book holds; where pending ones are asked for, those
// that the detector sees now.
func (i incidents) Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) ([]outage.Record, string, error) {
	if filter.State != outage.StatePending {
		return i.Book.Incidents(ctx, filter, cursor, limit)
	}
	var found []outage.Record
	i.view().Each(func(w outage.Watch) {
		if w.Pending != nil && filter.Matches(*w.Pending) {
			found = append(found, outage.Record{Incident: *w.Pending})
		}
	})
	slices.SortFunc(found, func(a, b outage.Record) int { return cmp.Compare(a.ID, b.ID) })
	return found[:min(len(found), limit)], "", nil
}

// view is what the detector says now, or nil before its first minute.
func (a *app) view() *outage.View {
	if a.live == nil {
		return nil
	}
	return a.live.View()
}

// whenFresh waits until the hot window has been read once, or a detector would
// take its emptiness for silence.
func (a *app) whenFresh(ctx context.Context) error {
	return a.hot.WaitFresh(ctx)
}
