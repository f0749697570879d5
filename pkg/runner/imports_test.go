package runner

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/lease"
	"github.com/open-downpour/downpour/pkg/outage"
)

// pastStores are an archive of counts and one of incidents.
type pastStores struct {
	fakeStores
	to    outage.Minute // where the counts end
	saved int
}

func (p *pastStores) Counts(ctx context.Context, query outage.Query) ([]outage.Count, error) {
	query.Span.To = min(query.Span.To, p.to)
	return p.fakeStores.Counts(ctx, query)
}

func (p *pastStores) SaveIncidents(_ context.Context, records []outage.Record) error {
	p.saved += len(records)
	return nil
}

func (p *pastStores) LoadIncidents(context.Context, int64) ([]outage.Record, int64, error) {
	return nil, 0, nil
}

// importing makes Imports of an archive, and the repository that they write to.
func importing(t *testing.T, past *pastStores, ongoing func(string) bool) (*Imports, *incident.Repository) {
	t.Helper()
	clock := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	now := func() time.Time { clock = clock.Add(time.Second); return clock }
	repository := incident.NewRepository(past, FileState{Path: filepath.Join(t.TempDir(), "incidents.state")}, now, slog.New(slog.DiscardHandler))
	if err := repository.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	return NewImports(ImportsConfig{
		Engine: engine.DefaultConfig(enginetest.World{}), Past: past, Archived: func(context.Context) error { return nil },
		Repository: repository, Pending: FileState{Path: filepath.Join(t.TempDir(), "imports.state")}, Ongoing: ongoing,
		Now: now, Logger: slog.New(slog.DiscardHandler),
	}), repository
}

// imported imports a span, and returns all incidents as they are stored.
func imported(t *testing.T, imports *Imports, repository *incident.Repository, span outage.Span) (records []outage.Record, text string) {
	t.Helper()
	if err := imports.Heard(t.Context(), span, true); err != nil {
		t.Fatal(err)
	}
	if err := imports.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	records, _, err := repository.Incidents(t.Context(), outage.IncidentFilter{}, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	return records, string(stored)
}

// The same import twice leaves what is stored byte for byte the same, its revision too.
// One that stops in the middle of an outage leaves nothing open.
func TestImportsAreIdempotentAndEnd(t *testing.T) {
	first := outage.MinuteOf(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC))
	span := outage.Span{From: first, To: first + 8*24*60}
	past := &pastStores{fakeStores: fakeStores{first: first, broke: span.To - 45}, to: span.To}
	imports, repository := importing(t, past, nil)
	records, once := imported(t, imports, repository, span)
	if len(records) != 1 {
		t.Fatalf("the incidents are %s", once)
	}
	in := records[0]
	if last := in.Changes[len(in.Changes)-1]; in.State != outage.StateResolved || !in.EndUnknown || !in.ClosedAt.Equal(span.To.Time()) || !last.At.Equal(in.ClosedAt) {
		t.Errorf("an outage that the import cuts is %s", once)
	}
	if _, twice := imported(t, imports, repository, span); twice != once {
		t.Errorf("the second import changes\n%s\nto\n%s", once, twice)
	}

	// The whole of the outage replaces the part of it.
	past.to += 60
	whole, text := imported(t, imports, repository, outage.Span{From: span.From, To: past.to})
	if len(whole) != 1 || whole[0].ID != in.ID || !whole[0].ClosedAt.Equal(past.to.Time()) || len(whole[0].Changes) < 2 {
		t.Errorf("after a longer import the incidents are %s", text)
	}
	for i := 1; i < len(whole[0].Changes); i++ {
		if whole[0].Changes[i].At.Before(whole[0].Changes[i-1].At) {
			t.Errorf("the timeline is out of order: %s", text)
		}
	}
	if _, again := imported(t, imports, repository, span); again != text {
		t.Errorf("a shorter import changes\n%s\nto\n%s", text, again)
	}
}

// An incident that the live detector holds open is not that of an import.
func TestImportsLeaveLiveIncidents(t *testing.T) {
	first := outage.MinuteOf(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC))
	span := outage.Span{From: first, To: first + 8*24*60}
	past := &pastStores{fakeStores: fakeStores{first: first, broke: span.To - 45}, to: span.To}
	imports, repository := importing(t, past, func(string) bool { return true })
	if records, text := imported(t, imports, repository, span); len(records) != 0 {
		t.Errorf("recorded %s", text)
	}
}

// A server that lost the lease records nothing.
func TestImportsNeedTheLease(t *testing.T) {
	repository := incident.NewRepository(&pastStores{}, FileState{}, time.Now, slog.New(slog.DiscardHandler))
	if err := repository.Rewrite(t.Context(), []outage.Decision{{}}); !errors.Is(err, lease.ErrLost) {
		t.Errorf("got %v, want %v", err, lease.ErrLost)
	}
}
