package incident

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/lease"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Shelf is where incidents are kept for good. It may be away for a while.
type Shelf interface {
	SaveIncidents(ctx context.Context, records []outage.Record) error
	// LoadIncidents gives the records that were noted later, and the latest
	// number that one was noted under.
	LoadIncidents(ctx context.Context, after int64) (records []outage.Record, latest int64, err error)
}

// Journal keeps what is not on the shelf yet where a crash cannot lose it. Store
// returns lease.ErrLost where another server writes in the book now.
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
	damaged sync.Once // logs that the journal cannot be read

	writing sync.Mutex // held while the journal is written
	mutex   sync.RWMutex
	records map[string]outage.Record
	unsaved map[string]outage.Record
	seen    int64 // number up to which the shelf was read
	writes  bool  // this server writes in the book
}

// NewBook makes an empty book. Open fills it.
func NewBook(shelf Shelf, journal Journal, now func() time.Time, logger *slog.Logger) *Book {
	return &Book{
		shelf: shelf, journal: journal, now: now, logger: logger,
		records: map[string]outage.Record{}, unsaved: map[string]outage.Record{},
	}
}

// Open makes this server the one that writes in the book, and takes over what
// the one before it had not put on the shelf.
func (b *Book) Open(ctx context.Context) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	left, err := b.left(ctx)
	if err != nil {
		return err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.unsaved, b.writes = left, true
	maps.Copy(b.records, left)
	return nil
}

// left is what the journal holds. One that cannot be read is left behind: it names
// the incidents of the last seconds, and a server that waited for it would find no
// others.
func (b *Book) left(ctx context.Context) (map[string]outage.Record, error) {
	records := map[string]outage.Record{}
	text, err := b.journal.Load(ctx)
	if err != nil || len(text) == 0 {
		return records, err
	}
	if err := json.Unmarshal(text, &records); err != nil {
		b.damaged.Do(func() {
			b.logger.Warn("the incidents that are not archived yet cannot be read and are lost", "error", err)
		})
		return map[string]outage.Record{}, nil
	}
	return records, nil
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
	b.mutex.RLock()
	writes := b.writes
	b.mutex.RUnlock()
	if writes {
		if err := b.save(ctx); err != nil && !errors.Is(err, lease.ErrLost) {
			return err
		}
	} else if err := b.follow(ctx); err != nil {
		return err
	}
	records, latest, err := b.shelf.LoadIncidents(ctx, b.seen)
	if err != nil {
		return err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, record := range records {
		b.accept(record)
	}
	b.seen = max(b.seen, latest)
	return nil
}

// follow reads what the server that writes in the book has not put on the shelf
// yet.
func (b *Book) follow(ctx context.Context) error {
	left, err := b.left(ctx)
	if err != nil {
		return err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, record := range left {
		b.accept(record)
	}
	return nil
}

// accept takes a record over unless a later one is here. Call it with the mutex.
func (b *Book) accept(record outage.Record) {
	if b.records[record.ID].Noted <= record.Noted {
		b.records[record.ID] = record
	}
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
	if err := b.shelf.SaveIncidents(ctx, records); err != nil {
		return err
	}
	// Nothing came since: Note waits for writing.
	return b.keep(ctx, map[string]outage.Record{})
}

// keep writes the journal, and only then believes it. Call it while writing.
func (b *Book) keep(ctx context.Context, unsaved map[string]outage.Record) error {
	var text []byte
	var err error
	if len(unsaved) > 0 {
		text, err = json.Marshal(unsaved)
	}
	if err == nil {
		err = b.journal.Store(ctx, text)
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if errors.Is(err, lease.ErrLost) { // whoever holds it now has all of this
		b.unsaved, b.writes = map[string]outage.Record{}, false
	}
	if err != nil {
		return err
	}
	b.unsaved = unsaved
	maps.Copy(b.records, unsaved)
	return nil
}

// Note enters changes that were decided at an instant. Telling it again changes
// nothing. When it returns without an error, a crash cannot lose them; after
// lease.ErrLost, which it returns also before Open, nothing was entered.
func (b *Book) Note(ctx context.Context, at time.Time, changes []outage.Incident) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.mutex.RLock()
	if !b.writes {
		b.mutex.RUnlock()
		return fmt.Errorf("noting %d changes of incidents: %w", len(changes), lease.ErrLost)
	}
	unsaved := maps.Clone(b.unsaved)
	for _, incident := range changes {
		if incident.State == outage.StatePending {
			continue
		}
		record, ok := unsaved[incident.ID]
		if !ok {
			record = b.records[incident.ID]
		}
		record.Incident = incident
		record.Changes = withChange(record.Changes, outage.Change{
			At: at, State: incident.State, Ratio: incident.Ratio, Verdict: incident.Verdict, Cause: incident.Cause,
		})
		record.Noted = max(record.Noted+1, b.now().UnixMilli())
		unsaved[incident.ID] = record
	}
	b.mutex.RUnlock()
	if err := b.keep(ctx, unsaved); err != nil {
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
