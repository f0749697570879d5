package status

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

var errAway = errors.New("away")

// fakeArchive keeps changes in memory, and fails while away.
type fakeArchive struct {
	mutex   sync.Mutex
	changes []outage.Official
	away    bool
}

func (f *fakeArchive) SaveOfficial(_ context.Context, change outage.Official) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.away {
		return errAway
	}
	f.changes = append(f.changes, change)
	return nil
}

func (f *fakeArchive) LoadOfficial(_ context.Context, from time.Time, each func(outage.Official)) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, change := range f.changes {
		if !change.At.Before(from) {
			each(change)
		}
	}
	return nil
}

// fakeShared is Shared in memory.
type fakeShared struct {
	mutex sync.Mutex // guards all
	all   map[subject]outage.Official
}

func (f *fakeShared) Put(_ context.Context, now outage.Official) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.all[subjectOf(now)] = now
	return nil
}

func (f *fakeShared) All(context.Context) (all []outage.Official, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, now := range f.all {
		all = append(all, now)
	}
	return all, nil
}

// fixture is a store over fakes with a clock that a test moves.
type fixture struct {
	*Store
	archive *fakeArchive
	shared  *fakeShared
	now     time.Time
	changes int // that were announced
}

func newFixture() *fixture {
	f := &fixture{archive: &fakeArchive{}, shared: &fakeShared{all: map[subject]outage.Official{}}, now: now}
	f.Store = f.another()
	return f
}

// another is the store of another process.
func (f *fixture) another() *Store {
	return NewStore(StoreConfig{
		Archive: f.archive, Shared: f.shared, Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler),
		Changed: func() { f.changes++ },
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOperatorStandsBeforeThePage(t *testing.T) {
	f, ctx := newFixture(), t.Context()
	must(t, f.record(ctx, outage.Official{Service: "chat", Source: outage.FromPage, State: outage.OfficialOperational, At: now, CheckedAt: now}))
	entered, err := f.Enter(ctx, "chat", acme.Page, outage.Notice{Title: " We\nlook ", State: outage.OfficialMajor, Phase: outage.PhaseInvestigating})
	must(t, err)
	if n := entered.Notices[0]; n.Title != "We look" || !n.PublishedAt.Equal(now) || !n.Open() {
		t.Errorf("%+v", n)
	}
	f.now = now.Add(time.Minute)
	again, err := f.Enter(ctx, "chat", acme.Page, outage.Notice{Title: "Found", State: outage.OfficialMajor, Phase: outage.PhaseIdentified})
	must(t, err)
	if n := again.Notices[0]; n.ID != entered.Notices[0].ID || !n.PublishedAt.Equal(now) {
		t.Errorf("the notice is another: %+v", n)
	}
	if got, _ := f.Official("chat"); got.Source != outage.FromOperator || got.State != outage.OfficialMajor {
		t.Errorf("%+v", got)
	}
	if found, err := f.Withdraw(ctx, "chat"); !found || err != nil {
		t.Errorf("withdrawn: %t, %v", found, err)
	}
	if got, _ := f.Official("chat"); got.Source != outage.FromPage {
		t.Errorf("withdrawn: %+v", got)
	}
	if found, err := f.Withdraw(ctx, "chat"); found || err != nil {
		t.Errorf("withdrawn twice: %t, %v", found, err)
	}
	if f.changes != 4 {
		t.Errorf("%d changes were announced, want 4", f.changes)
	}
	if past := f.Past("chat"); len(past.Notices) != 1 || past.Notices[0].Open() {
		t.Errorf("past %+v", past)
	}
}

func TestNoticeKeepsItsImpactOnceItIsResolved(t *testing.T) {
	f := newFixture()
	for _, n := range []outage.Notice{
		{State: outage.OfficialMajor, Phase: outage.PhaseInvestigating}, {State: outage.OfficialOperational, Phase: outage.PhaseResolved},
	} {
		_, err := f.Enter(t.Context(), "chat", "", n)
		must(t, err)
	}
	now, _ := f.Official("chat")
	if past := f.Past("chat").Notices; now.State != outage.OfficialOperational || len(past) != 1 || past[0].State != outage.OfficialMajor || past[0].Open() {
		t.Errorf("now %+v, past %+v", now, past)
	}
}

func TestOtherProcessesSeeTheSame(t *testing.T) {
	f, ctx := newFixture(), t.Context()
	_, err := f.Enter(ctx, "chat", "", outage.Notice{State: outage.OfficialMajor})
	must(t, err)
	other := f.another()
	must(t, other.refresh(ctx))
	if got, ok := other.Official("chat"); !ok || got.State != outage.OfficialMajor {
		t.Errorf("by the shared state: %+v", got)
	}
	restarted := f.another()
	f.shared.all = map[subject]outage.Official{}
	must(t, restarted.load(ctx))
	if got, ok := restarted.Official("chat"); !ok || got.State != outage.OfficialMajor || len(restarted.Past("chat").Notices) != 1 {
		t.Errorf("by the archive: %+v", got)
	}
}

func TestNothingIsAnnouncedThatWasNotStored(t *testing.T) {
	f := newFixture()
	f.archive.away = true
	if _, err := f.Enter(t.Context(), "chat", "", outage.Notice{State: outage.OfficialMajor}); !errors.Is(err, errAway) {
		t.Fatal(err)
	}
	if _, ok := f.Official("chat"); ok || f.changes > 0 {
		t.Error("it is shown or announced")
	}
}

func TestPageThatNobodyReadsIsUnknown(t *testing.T) {
	f := newFixture()
	must(t, f.record(t.Context(), outage.Official{Service: "chat", Source: outage.FromPage, State: outage.OfficialOperational, At: now, CheckedAt: now}))
	f.now = now.Add(outOfDate + time.Second)
	if got, _ := f.Official("chat"); got.State != outage.OfficialUnknown {
		t.Errorf("%+v", got)
	}
}

func TestPastKnowsWhenThePageWasRead(t *testing.T) {
	f, ctx := newFixture(), t.Context()
	for i, state := range []outage.OfficialState{outage.OfficialOperational, outage.OfficialMajor, outage.OfficialUnknown, outage.OfficialOperational} {
		at := now.Add(time.Duration(i) * time.Minute)
		must(t, f.record(ctx, outage.Official{Service: "chat", Source: outage.FromPage, State: state, At: at, CheckedAt: at}))
	}
	want := []outage.TimeSpan{{From: now, To: now.Add(2 * time.Minute)}, {From: now.Add(3 * time.Minute)}}
	if got := f.Past("chat").Known; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestRedisShares(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		shared, ctx := NewRedisShared(client), t.Context()
		must(t, shared.Put(ctx, outage.Official{Service: "a", Source: outage.FromPage, State: outage.OfficialMajor, At: now}))
		must(t, shared.Put(ctx, outage.Official{Service: "a", Source: outage.FromOperator, State: outage.OfficialDegraded, At: now}))
		must(t, shared.Put(ctx, outage.Official{Service: "a", Source: outage.FromPage, State: outage.OfficialOperational, At: now}))
		must(t, client.HSet(ctx, currentKey, "b/page", "{").Err())
		all, err := shared.All(ctx)
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		if left := client.TTL(ctx, currentKey).Val(); left <= 0 || left > currentFor {
			t.Errorf("it expires in %s", left)
		}
	})
}
