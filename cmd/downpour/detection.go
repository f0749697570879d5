package main

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/lease"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/runner"
)

// states are what the detector stores between two minutes; incident.Journal and
// runner.States both mean this.
type states interface {
	Load(ctx context.Context) ([]byte, error)
	Store(ctx context.Context, state []byte) error
}

// The detector's keys in Redis share a hash tag, see package lease.
const detectKeys = "dp:{detect}:"

// detectFor is the length of the detector's lease. Another server takes over after it.
const detectFor = 10 * time.Second

// detectionStates are the durable states of the detector: in Redis, under a lease, or in
// files where Redis is embedded.
func (a *app) detectionStates() (of func(name string) states, pending runner.Shared, held runner.Lease) {
	file := func(name string) runner.FileState {
		return runner.FileState{Path: filepath.Join(a.settings.Data, name+".state")}
	}
	if a.embeddedRedis() {
		return func(name string) states { return file(name) }, file("imports"), nil
	}
	detecting := lease.New(a.redis.Client(), detectKeys+"lead", rand.Text(), detectFor)
	of = func(name string) states { return detecting.State(detectKeys + name) }
	pending = runner.NewRedisState(a.redis.Client(), detectKeys+"imports")
	if !a.settings.has(roleDetect) {
		return of, pending, follower{}
	}
	return of, pending, detecting
}

// buildDetection makes the detector and the repository of incidents.
func (a *app) buildDetection(context.Context) error {
	state, pending, held := a.detectionStates()
	a.repository = incident.NewRepository(a.db, state("incidents"), a.now, a.logger)
	a.live = runner.NewLive(runner.LiveConfig{
		Engine: a.liveTimeline(),
		Hot:    a.hot, Blocks: a.redis, Past: a.db, HotFrom: func() outage.Minute { return a.hot.Span().From }, AlertFrom: a.demo.AlertFrom(), WarmUp: a.demo.WarmUp(),
		Repository: publishing{a.repository, a.publish, a.wakeNotify}, States: state("detector"), Normals: a.db, Lease: held, Now: a.now, Logger: a.logger,
	})
	a.imports = runner.NewImports(runner.ImportsConfig{
		Engine: a.engineConfig(), Past: a.db, Archived: a.redis.Archived,
		Repository: publishing{a.repository, a.publish, a.wakeNotify}, Ongoing: a.ongoing, Pending: pending, Leads: a.live.Leads, Now: a.now, Logger: a.logger,
	})
	a.add(component{name: "imports", run: a.imports.Run})
	a.add(component{name: "incidents", run: func(ctx context.Context) error {
		if err := a.whenPrepared(ctx); err != nil {
			return err
		}
		return a.repository.Run(ctx)
	}})
	a.add(component{name: "detector", run: func(ctx context.Context) error {
		if err := errors.Join(a.whenPrepared(ctx), a.whenFresh(ctx), a.demo.WhenFilled(ctx)); err != nil {
			return err
		}
		return a.live.Run(ctx)
	}})
	return nil
}

// publishing is the repository for the detector: the numbers of an incident's places are
// replaced by those of the public table before it is stored.
type publishing struct {
	*incident.Repository
	publish publish
	changed func() // called after changes are stored
}

// publish returns an incident with public numbers.
type publish func(context.Context, outage.Incident) (outage.Incident, error)

func (a *app) publish(ctx context.Context, in outage.Incident) (outage.Incident, error) {
	return a.reader.Publish(ctx, a.geography, in)
}

// Append publishes changes and stores them.
func (p publishing) Append(ctx context.Context, at time.Time, changes []outage.Incident) error {
	public := make([]outage.Incident, len(changes))
	for i, change := range changes {
		var err error
		if public[i], err = p.publish(ctx, change); err != nil {
			return err
		}
	}
	if err := p.Repository.Append(ctx, at, public); err != nil {
		return err
	}
	p.changed()
	return nil
}

// Rewrite publishes the incidents of an import as they were after their last change, with
// the places of that, and stores them.
func (p publishing) Rewrite(ctx context.Context, decisions []outage.Decision) error {
	last := map[string]outage.Incident{}
	for _, decision := range decisions {
		last[decision.Incident.ID] = decision.Incident
	}
	for id, in := range last {
		public, err := p.publish(ctx, in)
		if err != nil {
			return err
		}
		last[id] = public
	}
	public := slices.Clone(decisions)
	for i, decision := range public {
		places := last[decision.Incident.ID]
		in := &public[i].Incident
		in.Footprint, in.Recoveries, in.Why = places.Footprint, places.Recoveries, places.Why
	}
	return p.Repository.Rewrite(ctx, public)
}

// ongoing reports whether the live detector holds an incident open.
func (a *app) ongoing(id string) (found bool) {
	a.view().Each(func(watch outage.Watch) {
		found = found || watch.Incident != nil && watch.Incident.ID == id ||
			slices.ContainsFunc(watch.Others, func(in *outage.Incident) bool { return in.ID == id })
	})
	return found
}

// leastNetworks is the number of networks that the reports of one half hour must come from
// before an incident opens.
const leastNetworks = 3

// liveTimeline is the configuration for live reports. Imported ones are trusted, and need
// no number of networks.
func (a *app) liveTimeline() engine.Config {
	config := a.engineConfig()
	config.Networks = leastNetworks
	config.ColdAfter = 1 // a server runs before the first report
	return config
}

// engineConfig is the configuration of the detector. It uses all processors, because a
// first start learns weeks.
func (a *app) engineConfig() engine.Config {
	config := engine.DefaultConfig(a.geography)
	config.Relations, config.Workers = a.services, runtime.GOMAXPROCS(0)
	if former, err := country.Default(); err == nil { // states were of the default countries before there were others
		config.Former = former.Codes()
	}
	return config
}

// view is the last result of the detector, or nil before its first minute.
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
