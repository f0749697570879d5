// Package register owns the register: every incident by the calendar quarter (UTC) in
// which it opened, with its extent, for regulators, newsrooms and researchers.
//
// The file of a quarter that ended at least a week ago is stored in the archive under
// a version. A stored version is never replaced; where an import or an incident that
// went on changes the quarter, the next version is stored beside it, at most one a
// day. The quarter under way, and one that ended within the week, are provisional:
// version 0, made anew every few minutes and not stored.
//
// It does not decide what an incident is and holds no count below the country.
package register

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Incidents lists incidents in their public form, the latest opened first. It answers
// from memory.
type Incidents interface {
	Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []public.Incident, next string, err error)
}

// Store holds the versions of files for good. It may be away for a while; a version
// that is stored already is left as it is.
type Store interface {
	RegisterFiles(ctx context.Context) ([]outage.RegisterFile, error) // without Rows
	RegisterFile(ctx context.Context, quarter string, version int) (outage.RegisterFile, error)
	SaveRegisterFile(ctx context.Context, file outage.RegisterFile) error
}

// Config is what a Register needs. All but Now and Logger are required.
type Config struct {
	Incidents Incidents
	// Extent reads how much was reported during an incident, from the archive.
	Extent func(context.Context, public.Incident) (public.Extent, error)
	Store  Store
	Leads  func() bool // says whether this server is the one that stores files
	Now    func() time.Time
	Logger *slog.Logger
}

const (
	refreshEvery = 5 * time.Minute
	lookEvery    = 15 * time.Second   // for incidents that opened or ended since
	settleFor    = 7 * 24 * time.Hour // after its end, until a quarter is stored
	versionEvery = 24 * time.Hour     // between two versions of a quarter
	extentFor    = 24 * time.Hour     // after which the extent of an ended incident is read again: imports change it
	listPage     = 200
)

// Edition is one version of a quarter. Version 0 is provisional.
type Edition struct {
	Quarter   Quarter
	Version   int
	CreatedAt time.Time
	Incidents int
	Digest    string // SHA-256 of the rows as JSON, "" while provisional
}

// Provisional says that the quarter is not stored yet.
func (e Edition) Provisional() bool { return e.Version == 0 }

// Register answers from memory what is current, and from the archive older versions.
// It is safe for concurrent use.
type Register struct {
	config  Config
	extents map[string]knownExtent // by incident; of Refresh alone

	mutex    sync.RWMutex
	current  map[Quarter]edition
	versions []Edition // all that are stored, oldest first
	asOf     time.Time
}

type edition struct {
	Edition
	rows []Row
}

type knownExtent struct {
	extent public.Extent
	closed time.Time
	read   time.Time
}

// New makes an empty register. Run fills it.
func New(config Config) *Register {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	return &Register{config: config, extents: map[string]knownExtent{}, current: map[Quarter]edition{}}
}

// Run keeps the register up to date until ctx ends: it makes it anew every few minutes,
// and soon after an incident opened or ended.
func (r *Register) Run(ctx context.Context) error {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	var last time.Time
	var seen []ending
	for {
		newest := r.newest(ctx)
		if now := r.config.Now(); now.Sub(last) >= refreshEvery || !slices.Equal(newest, seen) {
			last, seen = now, newest
			if err := r.Refresh(ctx); err != nil && ctx.Err() == nil {
				r.config.Logger.Warn("refreshing the register", "error", err)
			}
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// ending is an incident, and when it ended if it did.
type ending struct {
	id     string
	closed time.Time
}

// newest is the incidents that opened last, as many as one page of the list has. It is
// empty where they cannot be listed, which Refresh reports.
func (r *Register) newest(ctx context.Context) (all []ending) {
	page, _, err := r.config.Incidents.Incidents(ctx, outage.IncidentFilter{}, "", listPage)
	if err != nil {
		return nil
	}
	for _, in := range page {
		all = append(all, ending{in.ID, in.ClosedAt.UTC()})
	}
	return all
}

// Refresh reads what is stored, makes the quarters anew and stores those that are
// due. While the store is away, it makes those anew that are not settled, of which
// nothing can be stored, and the others stay as they are.
func (r *Register) Refresh(ctx context.Context) error {
	now := r.config.Now()
	rows, err := r.rows(ctx, now)
	if err != nil {
		return err
	}
	stored, err := r.config.Store.RegisterFiles(ctx)
	if err != nil {
		r.refreshUnsettled(rows, now)
		return fmt.Errorf("reading the versions of the register: %w", err)
	}
	versions := editionsOf(stored)
	newest := map[Quarter]Edition{}
	for _, version := range versions {
		newest[version.Quarter] = version
	}
	current := map[Quarter]edition{}
	for _, quarter := range quartersOf(rows, newest, now) {
		made, added, err := r.edition(ctx, quarter, rows[quarter], newest[quarter], now)
		if err != nil {
			return err
		}
		current[quarter] = made
		if added {
			versions = append(versions, made.Edition)
		}
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.current, r.versions, r.asOf = current, versions, minuteOf(now)
	return nil
}

func (r *Register) refreshUnsettled(rows map[Quarter][]Row, now time.Time) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, quarter := range quartersOf(rows, nil, now) {
		if !settled(quarter, now) {
			r.current[quarter] = provisional(quarter, rows[quarter], now)
		}
	}
	r.asOf = minuteOf(now)
}

// minuteOf is the end of the newest whole minute.
func minuteOf(now time.Time) time.Time { return outage.MinuteOf(now).Time() }

// settled says that a quarter is over for long enough to be stored.
func settled(quarter Quarter, now time.Time) bool { return now.Sub(quarter.End()) >= settleFor }

func provisional(quarter Quarter, rows []Row, now time.Time) edition {
	return edition{Edition{Quarter: quarter, CreatedAt: now, Incidents: len(rows)}, rows}
}

// rows are those of all incidents, by the quarter in which they opened, in the order
// of opening.
func (r *Register) rows(ctx context.Context, now time.Time) (map[Quarter][]Row, error) {
	all := map[Quarter][]Row{}
	var list []Row
	for cursor := ""; ; {
		page, next, err := r.config.Incidents.Incidents(ctx, outage.IncidentFilter{}, cursor, listPage)
		if err != nil {
			return nil, fmt.Errorf("listing incidents for the register: %w", err)
		}
		for _, in := range page {
			list = append(list, rowOf(in, r.extent(ctx, in, now), now))
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	slices.SortFunc(list, func(a, b Row) int { return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID)) })
	addAffected(list, now)
	for _, row := range list {
		quarter := QuarterOf(row.OpenedAt)
		all[quarter] = append(all[quarter], row)
	}
	return all, nil
}

// extent is that of an incident, nil while it cannot be read.
func (r *Register) extent(ctx context.Context, in public.Incident, now time.Time) *public.Extent {
	if known, ok := r.extents[in.ID]; ok && in.Over() && known.closed.Equal(in.ClosedAt) && now.Sub(known.read) < extentFor {
		return &known.extent
	}
	extent, err := r.config.Extent(ctx, in)
	if err != nil {
		if known, ok := r.extents[in.ID]; ok && known.closed.Equal(in.ClosedAt) {
			return &known.extent
		}
		return nil
	}
	r.extents[in.ID] = knownExtent{extent, in.ClosedAt, now}
	return &extent
}

// quartersOf are those that have rows or a stored version, and the one under way,
// in order.
func quartersOf(rows map[Quarter][]Row, stored map[Quarter]Edition, now time.Time) []Quarter {
	found := map[Quarter]bool{QuarterOf(now): true}
	for quarter := range rows {
		found[quarter] = true
	}
	for quarter := range stored {
		found[quarter] = true
	}
	return slices.SortedFunc(maps.Keys(found), Quarter.Compare)
}

// edition is what is current of a quarter: its newest stored version, or the next one,
// which it stores where it is due and may; or the provisional one. added says that a
// version was stored.
func (r *Register) edition(ctx context.Context, quarter Quarter, rows []Row, newest Edition, now time.Time) (made edition, added bool, err error) {
	settled := settled(quarter, now)
	if !settled && newest.Version == 0 {
		return provisional(quarter, rows, now), false, nil
	}
	body, err := json.Marshal(orEmpty(rows))
	if err != nil {
		return edition{}, false, fmt.Errorf("writing the register of %s: %w", quarter, err)
	}
	digest := sha256.Sum256(body)
	next := outage.RegisterFile{
		Quarter: quarter.String(), Version: newest.Version + 1, CreatedAt: now.UTC().Truncate(time.Second), Incidents: len(rows),
		Digest: hex.EncodeToString(digest[:]), Rows: body,
	}
	due := settled && complete(rows) && next.Digest != newest.Digest && now.Sub(newest.CreatedAt) >= versionEvery
	if due && r.config.Leads() {
		if err := r.config.Store.SaveRegisterFile(ctx, next); err != nil {
			return edition{}, false, fmt.Errorf("storing version %d of the register of %s: %w", next.Version, quarter, err)
		}
		return edition{editionOf(quarter, next), rows}, true, nil
	}
	if newest.Version == 0 {
		return provisional(quarter, rows, now), false, nil
	}
	if next.Digest == newest.Digest {
		return edition{newest, rows}, false, nil
	}
	kept, err := r.stored(ctx, newest)
	return kept, false, err
}

// complete says that all extents are known: a version without them would say less than
// is known.
func complete(rows []Row) bool {
	return !slices.ContainsFunc(rows, func(row Row) bool { return row.Total == nil })
}

// stored is a version with its rows: from memory, or from the archive.
func (r *Register) stored(ctx context.Context, version Edition) (edition, error) {
	r.mutex.RLock()
	known, ok := r.current[version.Quarter]
	r.mutex.RUnlock()
	if ok && known.Version == version.Version {
		return known, nil
	}
	file, err := r.config.Store.RegisterFile(ctx, version.Quarter.String(), version.Version)
	if err != nil {
		return edition{}, fmt.Errorf("reading version %d of the register of %s: %w", version.Version, version.Quarter, err)
	}
	var rows []Row
	if err := json.Unmarshal(file.Rows, &rows); err != nil {
		return edition{}, fmt.Errorf("reading version %d of the register of %s: %w", version.Version, version.Quarter, err)
	}
	return edition{version, rows}, nil
}

func editionsOf(files []outage.RegisterFile) (all []Edition) {
	for _, file := range files {
		if quarter, ok := ParseQuarter(file.Quarter); ok {
			all = append(all, editionOf(quarter, file))
		}
	}
	slices.SortFunc(all, func(a, b Edition) int {
		return cmp.Or(a.Quarter.Compare(b.Quarter), cmp.Compare(a.Version, b.Version))
	})
	return all
}

func editionOf(quarter Quarter, file outage.RegisterFile) Edition {
	return Edition{Quarter: quarter, Version: file.Version, CreatedAt: file.CreatedAt, Incidents: file.Incidents, Digest: file.Digest}
}
