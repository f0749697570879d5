package incident

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/lease"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// memoryArchive is an archive in memory; unavailable makes it fail.
type memoryArchive struct {
	records     map[string]outage.Record
	unavailable bool
}

func (m *memoryArchive) SaveIncidents(_ context.Context, records []outage.Record) error {
	if m.unavailable {
		return errors.New("unavailable")
	}
	for _, r := range records {
		if m.records[r.ID].Revision <= r.Revision {
			m.records[r.ID] = r
		}
	}
	return nil
}

func (m *memoryArchive) LoadIncidents(_ context.Context, after int64) (records []outage.Record, latest int64, err error) {
	if m.unavailable {
		return nil, after, errors.New("unavailable")
	}
	for _, r := range m.records {
		records, latest = append(records, r), max(latest, r.Revision)
	}
	return records, max(after, latest), nil
}

// cluster is an archive and a Redis that several repositories share.
type cluster struct {
	t       *testing.T
	client  redis.UniversalClient
	archive *memoryArchive
}

func (o *cluster) repository(name string) (*Repository, *lease.Lease) {
	held := lease.New(o.client, "dp:{b}:lead", name, time.Hour)
	// The clock stands still: revisions must not depend on it.
	now := func() time.Time { return opened.Time() }
	return NewRepository(o.archive, held.State("dp:{b}:incidents"), now, slog.New(slog.DiscardHandler)), held
}

// open makes a repository the writer, as if the lease of the others had ended.
func (o *cluster) open(b *Repository, held *lease.Lease) {
	o.t.Helper()
	ctx := context.Background()
	if err := o.client.Del(ctx, "dp:{b}:lead").Err(); err != nil {
		o.t.Fatal(err)
	}
	if _, _, err := held.Hold(ctx); err != nil {
		o.t.Fatal(err)
	}
	if err := b.Open(ctx); err != nil {
		o.t.Fatal(err)
	}
}

func (o *cluster) sync(repositories ...*Repository) {
	o.t.Helper()
	for _, b := range repositories {
		if err := b.sync(context.Background()); err != nil && !o.archive.unavailable {
			o.t.Fatal(err)
		}
	}
}

func appendState(t *testing.T, b *Repository, minute outage.Minute, state outage.State, want error) {
	t.Helper()
	in := incidentAt("whatsapp", countrytest.GB, 0, "")
	in.State, in.Verdict = state, outage.LikelyCause
	if err := b.Append(context.Background(), (opened + minute).Time(), []outage.Incident{in}); !errors.Is(err, want) {
		t.Fatalf("appending %s: %v, want %v", state, err, want)
	}
}

// history is the states of the one incident of a repository.
func history(t *testing.T, b *Repository) (states []outage.State) {
	t.Helper()
	records, _, err := b.Incidents(context.Background(), outage.IncidentFilter{}, "", 10)
	if err != nil || len(records) > 1 {
		t.Fatalf("%d incidents, %v", len(records), err)
	}
	for _, r := range records {
		for _, c := range r.Changes {
			states = append(states, c.State)
		}
	}
	return states
}

func wantStates(t *testing.T, what string, b *Repository, want int) {
	t.Helper()
	if got := history(t, b); len(got) != want {
		t.Errorf("%s: %v, want %d states", what, got, want)
	}
}

func TestOneServerIsTheWriter(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		o := &cluster{t: t, client: client, archive: &memoryArchive{records: map[string]outage.Record{}}}
		a, ofA := o.repository("a")
		b, ofB := o.repository("b")
		appendState(t, a, 0, outage.StateOpen, lease.ErrLost) // not opened
		o.open(a, ofA)
		appendState(t, a, 0, outage.StateOpen, nil)
		appendState(t, a, 0, outage.StateOpen, nil) // again
		wantStates(t, "appended twice", a, 1)
		o.sync(b)
		wantStates(t, "the other, from the outbox", b, 1)
		o.sync(a, b)
		wantStates(t, "the other, from the archive", b, 1)

		appendState(t, a, 5, outage.StateRecovering, nil) // and a stops here
		o.open(b, ofB)
		wantStates(t, "taken over", b, 2)
		appendState(t, b, 9, outage.StateResolved, nil)
		o.sync(b)

		appendState(t, a, 7, outage.StateOpen, lease.ErrLost) // a continues
		wantStates(t, "after a rejected change", a, 2)
		o.sync(a)
		wantStates(t, "the one that was stopped", a, 3)
		if got := o.archive.records[incidentAt("whatsapp", countrytest.GB, 0, "").ID]; got.State != outage.StateResolved {
			t.Errorf("the archive has %s", got.State)
		}
	})
}

// A server that stopped before it archived its changes does not overwrite the later ones
// of another.
func TestLateFlushChangesNothing(t *testing.T) {
	o := &cluster{t: t, client: redistest.Embedded(t), archive: &memoryArchive{records: map[string]outage.Record{}}}
	a, ofA := o.repository("a")
	b, ofB := o.repository("b")
	o.open(a, ofA)
	appendState(t, a, 0, outage.StateOpen, nil)
	o.open(b, ofB)
	appendState(t, b, 9, outage.StateResolved, nil)
	o.sync(b, a, b)
	for name, repository := range map[string]*Repository{"a": a, "b": b} {
		wantStates(t, name, repository, 2)
	}
	if got := o.archive.records[incidentAt("whatsapp", countrytest.GB, 0, "").ID]; got.State != outage.StateResolved {
		t.Errorf("the archive has %s", got.State)
	}
}

func TestRepositorySurvivesACrash(t *testing.T) {
	archive := &memoryArchive{records: map[string]outage.Record{}, unavailable: true}
	outbox := fileOutbox{filepath.Join(t.TempDir(), "outbox")}
	logger := slog.New(slog.DiscardHandler)
	before := NewRepository(archive, outbox, time.Now, logger)
	if err := before.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	appendState(t, before, 0, outage.StateOpen, nil)
	_ = before.sync(context.Background())
	after := NewRepository(archive, outbox, time.Now, logger)
	if err := after.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantStates(t, "after a crash, without an archive", after, 1)
	archive.unavailable = false
	if err := after.sync(context.Background()); err != nil || len(archive.records) != 1 {
		t.Errorf("%d in the archive, %v", len(archive.records), err)
	}
	if text, _ := outbox.Load(context.Background()); len(text) > 0 {
		t.Errorf("the outbox still holds %s", text)
	}
}

// An outbox that cannot be decoded is logged once, and the repository continues.
func TestRepositorySurvivesADamagedOutbox(t *testing.T) {
	var log bytes.Buffer
	outbox := fileOutbox{filepath.Join(t.TempDir(), "outbox")}
	if err := outbox.Store(context.Background(), []byte(`{"a":{"ID"`)); err != nil {
		t.Fatal(err)
	}
	archive := &memoryArchive{records: map[string]outage.Record{}}
	repository := NewRepository(archive, outbox, time.Now, slog.New(slog.NewTextHandler(&log, nil)))
	for range 2 {
		if err := repository.Open(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	appendState(t, repository, 0, outage.StateOpen, nil)
	if err := repository.sync(context.Background()); err != nil || len(archive.records) != 1 {
		t.Errorf("%d in the archive, %v", len(archive.records), err)
	}
	if n := strings.Count(log.String(), "cannot be decoded"); n != 1 {
		t.Errorf("the log is %s", log.String())
	}
}

// fileOutbox is an outbox in a file, as a single server has it.
type fileOutbox struct{ path string }

func (j fileOutbox) Load(context.Context) ([]byte, error) {
	text, err := os.ReadFile(j.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func (j fileOutbox) Store(_ context.Context, state []byte) error {
	return os.WriteFile(j.path, state, 0o600)
}
