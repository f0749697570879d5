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

	"github.com/open-downpour/downpour/pkg/lease"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// memory is a shelf; away makes it fail.
type memory struct {
	records map[string]outage.Record
	away    bool
}

func (m *memory) SaveIncidents(_ context.Context, records []outage.Record) error {
	if m.away {
		return errors.New("away")
	}
	for _, r := range records {
		if m.records[r.ID].Revision <= r.Revision {
			m.records[r.ID] = r
		}
	}
	return nil
}

func (m *memory) LoadIncidents(_ context.Context, after int64) (records []outage.Record, latest int64, err error) {
	if m.away {
		return nil, after, errors.New("away")
	}
	for _, r := range m.records {
		records, latest = append(records, r), max(latest, r.Revision)
	}
	return records, max(after, latest), nil
}

// office is a shelf and a Redis that several books share.
type office struct {
	t      *testing.T
	client redis.UniversalClient
	shelf  *memory
}

func (o *office) book(name string) (*Repository, *lease.Lease) {
	held := lease.New(o.client, "dp:{b}:lead", name, time.Hour)
	// The clock stands still: versions must not depend on it.
	now := func() time.Time { return opened.Time() }
	return NewRepository(o.shelf, held.State("dp:{b}:incidents"), now, slog.New(slog.DiscardHandler)), held
}

// open makes a book the one that writes, as if the lease of the others had ended.
func (o *office) open(b *Repository, held *lease.Lease) {
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

func (o *office) sync(books ...*Repository) {
	o.t.Helper()
	for _, b := range books {
		if err := b.sync(context.Background()); err != nil && !o.shelf.away {
			o.t.Fatal(err)
		}
	}
}

func note(t *testing.T, b *Repository, minute outage.Minute, state outage.State, want error) {
	t.Helper()
	in := incidentAt("whatsapp", outage.GB, 0, "")
	in.State, in.Verdict = state, outage.LikelyCause
	if err := b.Append(context.Background(), (opened + minute).Time(), []outage.Incident{in}); !errors.Is(err, want) {
		t.Fatalf("noting %s: %v, want %v", state, err, want)
	}
}

// life is the states that a book tells of the one incident.
func life(t *testing.T, b *Repository) (told []outage.State) {
	t.Helper()
	records, _, err := b.Incidents(context.Background(), outage.IncidentFilter{}, "", 10)
	if err != nil || len(records) > 1 {
		t.Fatalf("%d incidents, %v", len(records), err)
	}
	for _, r := range records {
		for _, c := range r.Changes {
			told = append(told, c.State)
		}
	}
	return told
}

func wantLife(t *testing.T, what string, b *Repository, want int) {
	t.Helper()
	if got := life(t, b); len(got) != want {
		t.Errorf("%s: %v, want %d states", what, got, want)
	}
}

func TestOneServerWritesInTheBook(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		o := &office{t: t, client: client, shelf: &memory{records: map[string]outage.Record{}}}
		a, ofA := o.book("a")
		b, ofB := o.book("b")
		note(t, a, 0, outage.StateOpen, lease.ErrLost) // not opened
		o.open(a, ofA)
		note(t, a, 0, outage.StateOpen, nil)
		note(t, a, 0, outage.StateOpen, nil) // told again
		wantLife(t, "noted twice", a, 1)
		o.sync(b)
		wantLife(t, "the other, from the journal", b, 1)
		o.sync(a, b)
		wantLife(t, "the other, from the shelf", b, 1)

		note(t, a, 5, outage.StateRecovering, nil) // and a stops here
		o.open(b, ofB)
		wantLife(t, "taken over", b, 2)
		note(t, b, 9, outage.StateResolved, nil)
		o.sync(b)

		note(t, a, 7, outage.StateOpen, lease.ErrLost) // a goes on
		wantLife(t, "what could not be noted", a, 2)
		o.sync(a)
		wantLife(t, "the one that was stopped", a, 3)
		if got := o.shelf.records[incidentAt("whatsapp", outage.GB, 0, "").ID]; got.State != outage.StateResolved {
			t.Errorf("the shelf has %s", got.State)
		}
	})
}

// A server that was stopped before it put its notes on the shelf puts nothing
// over the later ones of another.
func TestLateSaveLoses(t *testing.T) {
	o := &office{t: t, client: redistest.Embedded(t), shelf: &memory{records: map[string]outage.Record{}}}
	a, ofA := o.book("a")
	b, ofB := o.book("b")
	o.open(a, ofA)
	note(t, a, 0, outage.StateOpen, nil)
	o.open(b, ofB)
	note(t, b, 9, outage.StateResolved, nil)
	o.sync(b, a, b)
	for name, book := range map[string]*Repository{"a": a, "b": b} {
		wantLife(t, name, book, 2)
	}
	if got := o.shelf.records[incidentAt("whatsapp", outage.GB, 0, "").ID]; got.State != outage.StateResolved {
		t.Errorf("the shelf has %s", got.State)
	}
}

func TestBookOutlivesACrash(t *testing.T) {
	shelf := &memory{records: map[string]outage.Record{}, away: true}
	journal := fileJournal{filepath.Join(t.TempDir(), "journal")}
	logger := slog.New(slog.DiscardHandler)
	before := NewRepository(shelf, journal, time.Now, logger)
	if err := before.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	note(t, before, 0, outage.StateOpen, nil)
	_ = before.sync(context.Background())
	after := NewRepository(shelf, journal, time.Now, logger)
	if err := after.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantLife(t, "after a crash, without a shelf", after, 1)
	shelf.away = false
	if err := after.sync(context.Background()); err != nil || len(shelf.records) != 1 {
		t.Errorf("%d on the shelf, %v", len(shelf.records), err)
	}
	if text, _ := journal.Load(context.Background()); len(text) > 0 {
		t.Errorf("the journal still holds %s", text)
	}
}

// A journal that cannot be read is one line in the log, and the book goes on.
func TestBookOutlivesADamagedJournal(t *testing.T) {
	var log bytes.Buffer
	journal := fileJournal{filepath.Join(t.TempDir(), "journal")}
	if err := journal.Store(context.Background(), []byte(`{"a":{"ID"`)); err != nil {
		t.Fatal(err)
	}
	shelf := &memory{records: map[string]outage.Record{}}
	book := NewRepository(shelf, journal, time.Now, slog.New(slog.NewTextHandler(&log, nil)))
	for range 2 {
		if err := book.Open(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	note(t, book, 0, outage.StateOpen, nil)
	if err := book.sync(context.Background()); err != nil || len(shelf.records) != 1 {
		t.Errorf("%d on the shelf, %v", len(shelf.records), err)
	}
	if n := strings.Count(log.String(), "cannot be read and are lost"); n != 1 {
		t.Errorf("the log is %s", log.String())
	}
}

// fileJournal is a journal in a file, as one server alone has it.
type fileJournal struct{ path string }

func (j fileJournal) Load(context.Context) ([]byte, error) {
	text, err := os.ReadFile(j.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func (j fileJournal) Store(_ context.Context, state []byte) error {
	return os.WriteFile(j.path, state, 0o600)
}
