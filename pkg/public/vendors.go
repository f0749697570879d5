package public

import (
	"cmp"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// VendorsFor is the time that a summary of vendors is about.
const VendorsFor = 90 * 24 * time.Hour

// VendorRecord is what the vendor of a service published about incidents of it.
type VendorRecord struct {
	Service string
	// Noticed are the incidents with a notice, Silent those without one although the page was
	// read from the first minute of reports to the end.
	Noticed, Silent int
	Delay           *time.Duration // the median from the first reports to the first notice, nil for none
}

// Vendors sums up some incidents by service, the most incidents first. Only incidents of a
// whole country whose likely cause is the service itself are counted, and only over ones.
func (s *Snapshot) Vendors(incidents []Incident) []VendorRecord {
	byService := map[string]*VendorRecord{}
	delays := map[string][]time.Duration{}
	for _, in := range incidents {
		if !in.Over() || in.Footprint.Scope != outage.ScopeCountry || in.Verdict != outage.LikelyCause || in.MergedInto != "" {
			continue
		}
		read := covers(s.official.Past(in.Service).Known, in.Since.Time(), in.ClosedAt)
		if in.Official == nil && !read {
			continue
		}
		record := byService[in.Service]
		if record == nil {
			record = &VendorRecord{Service: in.Service}
			byService[in.Service] = record
		}
		if in.Official == nil {
			record.Silent++
			continue
		}
		record.Noticed++
		if after := in.Official.AfterReports; after != nil {
			delays[in.Service] = append(delays[in.Service], *after)
		}
	}
	var all []VendorRecord
	for service, record := range byService {
		record.Delay = median(delays[service])
		all = append(all, *record)
	}
	slices.SortFunc(all, func(a, b VendorRecord) int {
		return cmp.Or(cmp.Compare(b.Noticed+b.Silent, a.Noticed+a.Silent), cmp.Compare(a.Service, b.Service))
	})
	return all
}

// covers reports whether one of the spans holds all between two instants.
func covers(spans []outage.TimeSpan, from, to time.Time) bool {
	return slices.ContainsFunc(spans, func(s outage.TimeSpan) bool {
		return !s.From.After(from) && (s.To.IsZero() || !s.To.Before(to))
	})
}

func median(all []time.Duration) *time.Duration {
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	middle := (all[(len(all)-1)/2] + all[len(all)/2]) / 2
	return &middle
}
