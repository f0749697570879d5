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

// Archive is where incidents are kept for good. It may be away for a while.
type Archive interface {
	SaveIncidents(ctx context.Context, records []outage.Record) error
	// LoadIncidents gives the records that were noted later, and the latest
	// number that one was noted under.
	LoadIncidents(ctx context.Context, after int64) (records []outage.Record, latest int64, err error)
}

// Outbox keeps what is not on the shelf yet where a crash cannot lose it. Store
// returns lease.ErrLost where another server writes in the book now.
type Outbox interface {
	Load(ctx context.Context) ([]byte, error)
	Store(ctx context.Context, state []byte) error
}

// Repository holds all incidents, those of the past and those under way. It is safe
// for concurrent use.
type Repository struct {
	archive Archive
	outbox  Outbox
	now     func() time.Time
	logger  *slog.Logger
	damaged sync.Once // logs that the journal cannot be read

	writing   sync.Mutex // held while the journal is written
	mutex     sync.RWMutex
	records   map[string]outage.Record
	unflushed map[string]outage.Record
	seen      int64 // number up to which the shelf was read
	writer    bool  // this server writes in the book
}

// NewRepository makes an empty book. Open fills it.
func NewRepository(shelf Archive, journal Outbox, now func() time.Time, logger *slog.Logger) *Repository {
	return &Repository{
		archive: shelf, outbox: journal, now: now, logger: logger,
		records: map[string]outage.Record{}, unflushed: map[string]outage.Record{},
	}
}

// Open makes this server the one that writes in the book, and takes over what
// the one before it had not put on the shelf.
func (r *Repository) Open(ctx context.Context) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	left, err := r.readOutbox(ctx)
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.unflushed, r.writer = left, true
	maps.Copy(r.records, left)
	return nil
}

// readOutbox is what the journal holds. One that cannot be read is left behind: it names
// the incidents of the last seconds, and a server that waited for it would find no
// others.
func (r *Repository) readOutbox(ctx context.Context) (map[string]outage.Record, error) {
	records := map[string]outage.Record{}
	text, err := r.outbox.Load(ctx)
	if err != nil || len(text) == 0 {
		return records, err
	}
	if err := json.Unmarshal(text, &records); err != nil {
		r.damaged.Do(func() {
			r.logger.Warn("the incidents that are not archived yet cannot be read and are lost", "error", err)
		})
		return map[string]outage.Record{}, nil
	}
	return records, nil
}

// Run puts incidents on the shelf and takes over what other servers put there,
// until ctx ends.
func (r *Repository) Run(ctx context.Context) error {
	const every = 5 * time.Second
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	away := false
	for {
		err := r.sync(ctx)
		if is := err != nil && ctx.Err() == nil; is != away {
			away = is
			r.logger.Info("shelf of incidents", "away", away, "error", err)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (r *Repository) sync(ctx context.Context) error {
	r.mutex.RLock()
	writes := r.writer
	r.mutex.RUnlock()
	if writes {
		if err := r.flush(ctx); err != nil && !errors.Is(err, lease.ErrLost) {
			return err
		}
	} else if err := r.readOthers(ctx); err != nil {
		return err
	}
	records, latest, err := r.archive.LoadIncidents(ctx, r.seen)
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, record := range records {
		r.accept(record)
	}
	r.seen = max(r.seen, latest)
	return nil
}

// readOthers reads what the server that writes in the book has not put on the shelf
// yet.
func (r *Repository) readOthers(ctx context.Context) error {
	left, err := r.readOutbox(ctx)
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, record := range left {
		r.accept(record)
	}
	return nil
}

// accept takes a record over unless a later one is here. Call it with the mutex.
func (r *Repository) accept(record outage.Record) {
	if r.records[record.ID].Revision <= record.Revision {
		r.records[record.ID] = record
	}
}

// flush puts what is not saved on the shelf.
func (r *Repository) flush(ctx context.Context) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mutex.RLock()
	records := slices.Collect(maps.Values(r.unflushed))
	r.mutex.RUnlock()
	if len(records) == 0 {
		return nil
	}
	if err := r.archive.SaveIncidents(ctx, records); err != nil {
		return err
	}
	// Nothing came since: Note waits for writing.
	return r.writeOutbox(ctx, map[string]outage.Record{})
}

// writeOutbox writes the journal, and only then believes it. Call it while writing.
func (r *Repository) writeOutbox(ctx context.Context, unsaved map[string]outage.Record) error {
	var text []byte
	var err error
	if len(unsaved) > 0 {
		text, err = json.Marshal(unsaved)
	}
	if err == nil {
		err = r.outbox.Store(ctx, text)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if errors.Is(err, lease.ErrLost) { // whoever holds it now has all of this
		r.unflushed, r.writer = map[string]outage.Record{}, false
	}
	if err != nil {
		return err
	}
	r.unflushed = unsaved
	maps.Copy(r.records, unsaved)
	return nil
}

// Append enters changes that were decided at an instant. Telling it again changes
// nothing. When it returns without an error, a crash cannot lose them; after
// lease.ErrLost, which it returns also before Open, nothing was entered.
func (r *Repository) Append(ctx context.Context, at time.Time, changes []outage.Incident) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mutex.RLock()
	if !r.writer {
		r.mutex.RUnlock()
		return fmt.Errorf("noting %d changes of incidents: %w", len(changes), lease.ErrLost)
	}
	unsaved := maps.Clone(r.unflushed)
	for _, incident := range changes {
		if incident.State == outage.StatePending {
			continue
		}
		record, ok := unsaved[incident.ID]
		if !ok {
			record = r.records[incident.ID]
		}
		record.Incident = incident
		record.Changes = withChange(record.Changes, outage.Change{
			At: at, State: incident.State, Ratio: incident.Ratio, Verdict: incident.Verdict, Cause: incident.Cause,
		})
		record.Revision = max(record.Revision+1, r.now().UnixMilli())
		unsaved[incident.ID] = record
	}
	r.mutex.RUnlock()
	if err := r.writeOutbox(ctx, unsaved); err != nil {
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
func (r *Repository) Incident(_ context.Context, id string) (outage.Record, error) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	record, ok := r.records[id]
	if !ok {
		return record, &outage.Error{Code: outage.CodeNotFound, Field: "id", Detail: "no incident has this id"}
	}
	return record, nil
}

// Incidents lists incidents, the latest opened first, from behind a cursor; next
// is "" after the last. An error names the field "cursor".
func (r *Repository) Incidents(_ context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []outage.Record, next string, err error) {
	after, err := readCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	r.mutex.RLock()
	var found []outage.Record
	for _, record := range r.records {
		if filter.Matches(record.Incident) && (after == "" || sortKey(record) < after) {
			found = append(found, record)
		}
	}
	r.mutex.RUnlock()
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
