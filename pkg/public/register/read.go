package register

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// AsOf is the end of the newest whole minute that the rows of incidents under way were
// made from, the zero time while there are none yet.
func (r *Register) AsOf() time.Time {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	return r.asOf
}

// Current is what is current of a quarter; false where nothing is known of it.
func (r *Register) Current(quarter Quarter) (Edition, []Row, bool) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	found, ok := r.current[quarter]
	return found.Edition, found.rows, ok
}

// Version is a stored version of a quarter; 0 asks for the current one. The error has
// CodeNotFound for one that does not exist.
func (r *Register) Version(ctx context.Context, quarter Quarter, version int) (Edition, []Row, error) {
	current, rows, ok := r.Current(quarter)
	if ok && (version == 0 || version == current.Version) {
		return current, rows, nil
	}
	for _, known := range r.Editions() {
		if known.Quarter == quarter && known.Version == version && version > 0 {
			found, err := r.stored(ctx, known)
			return found.Edition, found.rows, err
		}
	}
	return Edition{}, nil, &outage.Error{Code: outage.CodeNotFound, Detail: "The register has no such file."}
}

// Editions are all stored versions and the provisional quarters, oldest first.
func (r *Register) Editions() []Edition {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	all := slices.Clone(r.versions)
	for _, current := range r.current {
		if current.Provisional() {
			all = append(all, current.Edition)
		}
	}
	slices.SortStableFunc(all, func(a, b Edition) int {
		return cmp.Or(a.Quarter.Compare(b.Quarter), cmp.Compare(a.Version, b.Version))
	})
	return all
}

// Filter chooses rows. What is zero chooses all.
type Filter struct {
	Year     int
	Quarter  int // 1 to 4, with Year
	Country  outage.Country
	Region   outage.Region
	District outage.District
	Service  string
}

// Matches reports whether a row is chosen, but for its quarter. A service chooses also
// the incidents of others that it was reported because of.
func (f Filter) Matches(row Row) bool {
	return (f.Country == "" || row.Country == f.Country) &&
		(f.Region == "" || slices.Contains(row.Regions, f.Region)) &&
		(f.District == "" || slices.Contains(row.Districts, f.District)) &&
		(f.Service == "" || slices.Contains(row.Services, f.Service))
}

// Span is the time of the quarters that a filter chooses, the zero times for all.
func (f Filter) Span() (from, to time.Time) {
	switch {
	case f.Year == 0:
		return from, to
	case f.Quarter == 0:
		return Quarter{f.Year, 1}.Start(), Quarter{f.Year, quarters}.End()
	default:
		return Quarter{f.Year, f.Quarter}.Start(), Quarter{f.Year, f.Quarter}.End()
	}
}

// Rows are those of the current editions that a filter chooses, in the order of opening.
func (r *Register) Rows(filter Filter) (rows []Row) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	var chosen []edition
	for quarter, current := range r.current {
		if (filter.Year == 0 || quarter.Year == filter.Year) && (filter.Quarter == 0 || quarter.Number == filter.Quarter) {
			chosen = append(chosen, current)
		}
	}
	slices.SortFunc(chosen, func(a, b edition) int {
		return a.Quarter.Compare(b.Quarter)
	})
	for _, current := range chosen {
		for _, row := range current.rows {
			if filter.Matches(row) {
				rows = append(rows, row)
			}
		}
	}
	return rows
}
