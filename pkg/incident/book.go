package incident

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"downpour/pkg/outage"
)

// Shelf is where incidents are kept for good. It may be away for a while.
type Shelf interface {
	SaveIncidents(ctx context.Context, version int64, records []outage.Record) error
	// LoadIncidents gives the records that were saved under a later version, and
	// the latest version.
	LoadIncidents(ctx context.Context, after int64) (records []outage.Record, latest int64, err error)
}

// Journal keeps what is not on the shelf yet where a crash cannot lose it.
type Journal interface {
	Load(ctx context.Context) ([]byte, error)
	Store(ctx context.Context, state []byte) error
}

// Book holds all incidents, those of the past and those under way. It is safe
// for concurrent use.
type Book struct {
	shelf   Shelf
	journal Journal
	now     func() time.Time
	logger  *slog.Logger

	writing sync.Mutex // held while the journal is written
	mutex   sync.RWMutex
	records map[string]outage.Record
	unsaved map[string]outage.Record
	seen    int64 // version up to which the shelf was read
}

// NewBook makes an empty book. Open fills it.
func NewBook(shelf Shelf, journal Journal, now func() time.Time, logger *slog.Logger) *Book {
	return &Book{
		shelf: shelf, journal: journal, now: now, logger: logger,
		records: map[string]outage.Record{}, unsaved: map[string]outage.Record{},
	}
}

// Open reads what a stopped server had not put on the shelf.
func (b *Book) Open(ctx context.Context) error {
	text, err := b.journal.Load(ctx)
	if err != nil || len(text) == 0 {
		return err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if err := json.Unmarshal(text, &b.unsaved); err != nil {
		return fmt.Errorf("reading the incidents that are not archived: %w", err)
	}
	maps.Copy(b.records, b.unsaved)
	return nil
}

// Run puts incidents on the shelf and takes over what other servers put there,
// until ctx ends.
func (b *Book) Run(ctx context.Context) error {
	const every = 5 * time.Second
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	away := false
	for {
		err := b.sync(ctx)
		if is := err != nil && ctx.Err() == nil; is != away {
			away = is
			b.logger.Info("shelf of incidents", "away", away, "error", err)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *Book) sync(ctx context.Context) error {
	if err := b.save(ctx); err != nil {
		return err
	}
	records, latest, err := b.shelf.LoadIncidents(ctx, b.seen)
	if err != nil {
		return err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, record := range records {
		if _, newer := b.unsaved[record.ID]; !newer {
			b.records[record.ID] = record
		}
	}
	b.seen = max(b.seen, latest)
	return nil
}

// save puts what is not saved on the shelf.
func (b *Book) save(ctx context.Context) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.mutex.RLock()
	records := slices.Collect(maps.Values(b.unsaved))
	b.mutex.RUnlock()
	if len(records) == 0 {
		return nil
	}
	if err := b.shelf.SaveIncidents(ctx, b.now().UnixMilli(), records); err != nil {
		return err
	}
	b.mutex.Lock()
	clear(b.unsaved) // nothing came since: Note waits for writing
	b.mutex.Unlock()
	return b.journal.Store(ctx, nil)
}

// Note enters changes that were decided at an instant. Telling it again changes
// nothing. When it returns without an error, a crash cannot lose them.
func (b *Book) Note(ctx context.Context, at time.Time, changes []outage.Incident) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.mutex.Lock()
	for _, incident := range changes {
		if incident.State == outage.StatePending {
			continue
		}
		record := b.records[incident.ID]
		record.Incident = incident
		record.Changes = withChange(record.Changes, outage.Change{
			At: at, State: incident.State, Ratio: incident.Ratio, Verdict: incident.Verdict, Cause: incident.Cause,
		})
		b.records[incident.ID], b.unsaved[incident.ID] = record, record
	}
	text, err := json.Marshal(b.unsaved)
	b.mutex.Unlock()
	if err == nil {
		err = b.journal.Store(ctx, text)
	}
	if err != nil {
		return fmt.Errorf("noting %d changes of incidents: %w", len(changes), err)
	}
	return nil
}

// withChange adds a change unless state and verdict are what they were, or it is
// known.
func withChange(changes []outage.Change, change outage.Change) []outage.Change {
	for i, known := range changes {
		if known.At.Equal(change.At) {
			return slices.Concat(changes[:i], []outage.Change{change}, changes[i+1:])
		}
	}
	if n := len(changes); n > 0 {
		last := changes[n-1]
		last.At, last.Ratio = change.At, change.Ratio
		if last == change {
			return changes
		}
	}
	return append(slices.Clone(changes), change)
}

// Incident gives one incident by its id.
func (b *Book) Incident(_ context.Context, id string) (outage.Record, error) {
	b.mutex.RLock()
	defer b.mutex.RUnlock()
	record, ok := b.records[id]
	if !ok {
		return record, &outage.Error{Code: outage.CodeNotFound, Field: "id", Detail: "no incident has this id"}
	}
	return record, nil
}

// Incidents lists incidents, the latest opened first, from behind a cursor; next
// is "" after the last. An error names the field "cursor".
func (b *Book) Incidents(_ context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []outage.Record, next string, err error) {
	after, err := readCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	b.mutex.RLock()
	var found []outage.Record
	for _, record := range b.records {
		if filter.Matches(record.Incident) && (after == "" || sortKey(record) < after) {
			found = append(found, record)
		}
	}
	b.mutex.RUnlock()
	slices.SortFunc(found, func(a, b outage.Record) int { return cmp.Compare(sortKey(b), sortKey(a)) })
	if len(found) <= limit {
		return found, "", nil
	}
	return found[:limit], base64.RawURLEncoding.EncodeToString([]byte(sortKey(found[limit-1]))), nil
}

func sortKey(r outage.Record) string { return r.OpenedAt.UTC().Format(time.RFC3339) + " " + r.ID }

func readCursor(cursor string) (string, error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	at, _, _ := strings.Cut(string(text), " ")
	if _, bad := time.Parse(time.RFC3339, at); err != nil || cursor != "" && bad != nil {
		return "", outage.Invalid("cursor", "is not one that this server gave")
	}
	return string(text), nil
}
