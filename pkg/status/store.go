package status

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Archive stores changes for good.
type Archive interface {
	// SaveOfficial stores a change. It is idempotent by service, source and At.
	SaveOfficial(ctx context.Context, change outage.Official) error
	// LoadOfficial calls each with the changes at or after an instant, the oldest first.
	LoadOfficial(ctx context.Context, from time.Time, each func(outage.Official)) error
}

// Shared holds the present status of services for all processes.
type Shared interface {
	Put(ctx context.Context, now outage.Official) error
	All(ctx context.Context) ([]outage.Official, error)
}

const (
	refreshEvery = 5 * time.Second
	reloadEvery  = time.Minute
	remembered   = 400 * 24 * time.Hour
	clockSlack   = 5 * time.Minute  // of the clocks of several processes
	outOfDate    = 45 * time.Minute // without any try to read a page
)

// StoreConfig is what a Store depends on.
type StoreConfig struct {
	Archive Archive
	Shared  Shared
	// Changed, which may be nil, is called once the present status of a service is another,
	// whichever process stored it. It does not block.
	Changed func()
	Now     func() time.Time
	Logger  *slog.Logger
}

// Store has the present and past official status of all services. It answers from memory,
// and is safe for concurrent use.
type Store struct {
	config StoreConfig
	loaded chan struct{} // closed once the past was loaded

	mutex   sync.RWMutex // guards what is below
	current map[subject]outage.Official
	past    map[subject]*past
	seen    time.Time // the latest change that was loaded
}

// subject is a service by one source.
type subject struct {
	service string
	source  outage.OfficialSource
}

func subjectOf(o outage.Official) subject { return subject{o.Service, o.Source} }

// past is the history of a subject.
type past struct {
	notices map[string]outage.Notice
	known   []outage.TimeSpan
	last    time.Time // of the changes in it
}

// NewStore makes an empty Store.
func NewStore(config StoreConfig) *Store {
	return &Store{config: config, loaded: make(chan struct{}), current: map[subject]outage.Official{}, past: map[subject]*past{}}
}

// Run loads the past and refreshes the present until ctx ends. It is called once.
func (s *Store) Run(ctx context.Context) error {
	ticks := time.NewTicker(refreshEvery)
	defer ticks.Stop()
	failing, reload := false, time.Time{}
	for {
		err := s.refresh(ctx)
		if now := s.config.Now(); err == nil && !now.Before(reload) {
			if err = s.load(ctx); err == nil {
				if reload.IsZero() {
					close(s.loaded)
				}
				reload = now.Add(reloadEvery)
			}
		}
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			failing = failed
			s.config.Logger.Info("refresh of official statuses changed state", "stale", failing, "error", err)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// refresh reads the present status that other processes shared.
func (s *Store) refresh(ctx context.Context) error {
	all, err := s.config.Shared.All(ctx)
	if err != nil {
		return err
	}
	s.take(all...)
	return nil
}

// take takes statuses over, and announces where one is another.
func (s *Store) take(all ...outage.Official) {
	s.mutex.Lock()
	changed := false
	for _, now := range all {
		changed = s.put(now) || changed
	}
	s.mutex.Unlock()
	if changed && s.config.Changed != nil {
		s.config.Changed()
	}
}

// load reads the changes since the last load.
func (s *Store) load(ctx context.Context) error {
	s.mutex.RLock()
	from := s.seen.Add(-clockSlack)
	s.mutex.RUnlock()
	if oldest := s.config.Now().Add(-remembered); from.Before(oldest) {
		from = oldest
	}
	return s.config.Archive.LoadOfficial(ctx, from, func(change outage.Official) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.put(change)
	})
}

// put takes a status over where it is newer than the one that is known, and reports whether
// it says something else. The caller holds mutex.
func (s *Store) put(now outage.Official) (changed bool) {
	about := subjectOf(now)
	before, ok := s.current[about]
	changed = !ok || now.At.After(before.At)
	if !ok || now.At.After(before.At) || now.At.Equal(before.At) && now.CheckedAt.After(before.CheckedAt) {
		s.current[about] = now
	}
	if now.At.After(s.seen) {
		s.seen = now.At
	}
	if s.past[about] == nil {
		s.past[about] = &past{notices: map[string]outage.Notice{}}
	}
	s.past[about].add(now)
	return changed
}

// add adds a change that is newer than the others.
func (p *past) add(now outage.Official) {
	if !now.At.After(p.last) {
		return
	}
	p.last = now.At
	for _, notice := range now.Notices { // the impact of one is the worst that it had
		notice.State = worse(notice.State, p.notices[notice.ID].State)
		p.notices[notice.ID] = notice
	}
	known := now.State != outage.OfficialUnknown && !now.Withdrawn
	open := len(p.known) > 0 && p.known[len(p.known)-1].To.IsZero()
	switch {
	case known && !open:
		p.known = append(p.known, outage.TimeSpan{From: now.At})
	case !known && open:
		p.known[len(p.known)-1].To = now.At
	}
}

// record stores a change and shares it.
func (s *Store) record(ctx context.Context, now outage.Official) error {
	if err := s.config.Archive.SaveOfficial(ctx, now); err != nil {
		return err
	}
	return s.share(ctx, now)
}

// share gives a status that was stored to the other processes.
func (s *Store) share(ctx context.Context, now outage.Official) error {
	s.take(now)
	return s.config.Shared.Put(ctx, now)
}

func (s *Store) last(about subject) (outage.Official, bool) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	now, ok := s.current[about]
	return now, ok
}

// Official is the present status of a service: what an operator entered, or else what the
// page says. It is false where there is neither.
func (s *Store) Official(service string) (outage.Official, bool) {
	if entered, ok := s.last(subject{service, outage.FromOperator}); ok && !entered.Withdrawn {
		return entered, true
	}
	now, ok := s.last(subject{service, outage.FromPage})
	if !ok {
		return outage.Official{}, false
	}
	if s.config.Now().Sub(now.CheckedAt) > outOfDate && now.State != outage.OfficialUnknown {
		now.State, now.Reason = outage.OfficialUnknown, reasonUnreachable
	}
	return now, true
}

// Past is what is known of the past of a service, from both sources.
func (s *Store) Past(service string) (made outage.OfficialPast) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	for _, source := range []outage.OfficialSource{outage.FromPage, outage.FromOperator} {
		if p := s.past[subject{service, source}]; p != nil {
			made.Notices = append(made.Notices, slices.Collect(maps.Values(p.notices))...)
			made.Known = append(made.Known, p.known...)
		}
	}
	slices.SortFunc(made.Notices, func(a, b outage.Notice) int {
		return cmp.Or(a.PublishedAt.Compare(b.PublishedAt), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(made.Known, func(a, b outage.TimeSpan) int { return a.From.Compare(b.From) })
	return made
}
