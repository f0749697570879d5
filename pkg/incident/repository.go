package incident

import (
	"bytes"
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

// Archive stores incidents permanently. It may be unavailable for a while.
type Archive interface {
	SaveIncidents(ctx context.Context, records []outage.Record) error
	// LoadIncidents returns the records with a revision after the given one, and the
	// latest revision.
	LoadIncidents(ctx context.Context, after int64) (records []outage.Record, latest int64, err error)
}

// Outbox stores the records that are not in the archive yet, so that a crash does not
// lose them. Store returns lease.ErrLost where another server is the writer.
type Outbox interface {
	Load(ctx context.Context) ([]byte, error)
	Store(ctx context.Context, state []byte) error
}

// Repository holds all incidents, past and present. It is safe for concurrent use.
type Repository struct {
	archive Archive
	outbox  Outbox
	now     func() time.Time
	logger  *slog.Logger
	damaged sync.Once // logs that the outbox cannot be read

	writing   sync.Mutex // held while the outbox is written
	mutex     sync.RWMutex
	records   map[string]outage.Record
	unflushed map[string]outage.Record // not in the archive yet
	seen      int64                    // revision up to which the archive was read
	writer    bool                     // this server may append
}

// NewRepository makes an empty repository. Run fills it.
func NewRepository(archive Archive, outbox Outbox, now func() time.Time, logger *slog.Logger) *Repository {
	return &Repository{
		archive: archive, outbox: outbox, now: now, logger: logger,
		records: map[string]outage.Record{}, unflushed: map[string]outage.Record{},
	}
}

// Open makes this server the writer, and takes over the records that the one before it
// had not archived.
func (r *Repository) Open(ctx context.Context) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	unflushed, err := r.readOutbox(ctx)
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.unflushed, r.writer = unflushed, true
	maps.Copy(r.records, unflushed)
	return nil
}

// readOutbox reads the records of the outbox. One that cannot be decoded is discarded: it
// contains the incidents of the last seconds only, and waiting for it would stop
// detection.
func (r *Repository) readOutbox(ctx context.Context) (map[string]outage.Record, error) {
	records := map[string]outage.Record{}
	text, err := r.outbox.Load(ctx)
	if err != nil || len(text) == 0 {
		return records, err
	}
	if err := json.Unmarshal(text, &records); err != nil {
		r.damaged.Do(func() {
			r.logger.Warn("the outbox of incidents cannot be decoded: changes that were not archived yet are lost", "error", err)
		})
		return map[string]outage.Record{}, nil
	}
	return records, nil
}

// Run archives incidents and reads those that other servers archived, until ctx ends.
func (r *Repository) Run(ctx context.Context) error {
	const every = 5 * time.Second
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	failing := false
	for {
		err := r.sync(ctx)
		if now := err != nil && ctx.Err() == nil; now != failing {
			failing = now
			r.logger.Info("archiving incidents", "failing", failing, "error", err)
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

// readOthers reads the records that the writer has not archived yet.
func (r *Repository) readOthers(ctx context.Context) error {
	unflushed, err := r.readOutbox(ctx)
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, record := range unflushed {
		r.accept(record)
	}
	return nil
}

// accept replaces a record unless the present one is later. The caller holds mutex.
func (r *Repository) accept(record outage.Record) {
	if r.records[record.ID].Revision <= record.Revision {
		r.records[record.ID] = record
	}
}

// flush archives the records of the outbox.
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
	// Append waits for writing, so that no record was added since.
	return r.writeOutbox(ctx, map[string]outage.Record{})
}

// writeOutbox writes the outbox, and once it is stored publishes its records. The caller
// holds writing.
func (r *Repository) writeOutbox(ctx context.Context, unflushed map[string]outage.Record) error {
	var text []byte
	var err error
	if len(unflushed) > 0 {
		text, err = json.Marshal(unflushed)
	}
	if err == nil {
		err = r.outbox.Store(ctx, text)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if errors.Is(err, lease.ErrLost) { // the new writer has read all of these records
		r.unflushed, r.writer = map[string]outage.Record{}, false
	}
	if err != nil {
		return err
	}
	r.unflushed = unflushed
	maps.Copy(r.records, unflushed)
	return nil
}

// Append records changes that were decided at an instant. It is idempotent. When it
// returns without an error, a crash does not lose them; after lease.ErrLost, which it
// also returns before Open, nothing was recorded.
func (r *Repository) Append(ctx context.Context, at time.Time, changes []outage.Incident) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mutex.RLock()
	if !r.writer {
		r.mutex.RUnlock()
		return fmt.Errorf("recording %d changes of incidents: %w", len(changes), lease.ErrLost)
	}
	unflushed := maps.Clone(r.unflushed)
	for _, incident := range changes {
		if incident.State == outage.StatePending {
			continue
		}
		record, ok := unflushed[incident.ID]
		if !ok {
			record = r.records[incident.ID]
		}
		unflushed[incident.ID] = r.revised(decided(record, outage.Decision{At: at, Incident: incident}), record.Revision)
	}
	r.mutex.RUnlock()
	if err := r.writeOutbox(ctx, unflushed); err != nil {
		return fmt.Errorf("recording %d changes of incidents: %w", len(changes), err)
	}
	return nil
}

// Rewrite records whole incidents from the decisions about each, in order of time, and
// replaces what is recorded of them. It is idempotent: a record that would say the same
// is not written again. An incident whose end is unknown does not replace a record that
// reaches further. Errors are those of Append.
func (r *Repository) Rewrite(ctx context.Context, decisions []outage.Decision) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mutex.RLock()
	if !r.writer {
		r.mutex.RUnlock()
		return fmt.Errorf("recording %d decisions of an import: %w", len(decisions), lease.ErrLost)
	}
	whole := map[string]outage.Record{}
	for _, decision := range decisions {
		if decision.Incident.State != outage.StatePending {
			whole[decision.Incident.ID] = decided(whole[decision.Incident.ID], decision)
		}
	}
	unflushed := maps.Clone(r.unflushed)
	changed := false
	for id, record := range whole {
		known, ok := unflushed[id]
		if !ok {
			known, ok = r.records[id]
		}
		if ok && (reachesFurther(known, record) || sameRecord(known, record)) {
			continue
		}
		unflushed[id], changed = r.revised(record, known.Revision), true
	}
	r.mutex.RUnlock()
	if !changed {
		return nil
	}
	if err := r.writeOutbox(ctx, unflushed); err != nil {
		return fmt.Errorf("recording %d decisions of an import: %w", len(decisions), err)
	}
	return nil
}

// reachesFurther reports whether a known record has a later change than one whose end
// is unknown.
func reachesFurther(known, record outage.Record) bool {
	if !record.EndUnknown || len(known.Changes) == 0 {
		return false
	}
	return known.Changes[len(known.Changes)-1].At.After(record.ClosedAt)
}

// sameRecord compares two records as they are stored, but for their revisions.
func sameRecord(a, b outage.Record) bool {
	a.Revision, b.Revision = 0, 0
	before, err := json.Marshal(a)
	after, invalid := json.Marshal(b)
	return err == nil && invalid == nil && bytes.Equal(before, after)
}

// decided returns a record after a decision.
func decided(record outage.Record, decision outage.Decision) outage.Record {
	in := decision.Incident
	record.Incident = in
	record.Changes = withChange(record.Changes, outage.Change{
		At: decision.At, State: in.State, Ratio: in.Ratio, Verdict: in.Verdict, Cause: in.Cause,
	})
	return record
}

// revised gives a record a revision after a known one.
func (r *Repository) revised(record outage.Record, known int64) outage.Record {
	record.Revision = max(known+1, r.now().UnixMilli())
	return record
}

// withChange adds a change, replaces one of the same instant, and omits one with the state
// and attribution of the last.
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

// Incident returns one incident by its id.
func (r *Repository) Incident(_ context.Context, id string) (outage.Record, error) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	record, ok := r.records[id]
	if !ok {
		return record, &outage.Error{Code: outage.CodeNotFound, Field: "id", Detail: "no incident has this id"}
	}
	return record, nil
}

// Incidents lists incidents after a cursor, the latest opened first; next is "" after the
// last. An error names the field "cursor".
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
