package public

import (
	"cmp"
	"context"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Records holds incidents whose places were published before they were kept. It
// answers from memory.
type Records interface {
	// Incidents lists the latest opened first, from behind a cursor, which is ""
	// for the start; next is "" after the last.
	Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []outage.Record, next string, err error)
	// Incident has CodeNotFound for an unknown id.
	Incident(ctx context.Context, id string) (outage.Record, error)
}

// Incidents gives incidents in their public form. It is safe for concurrent use.
type Incidents struct {
	records   Records
	reader    *Reader
	geography Geography
}

// NewIncidents makes Incidents of records, and of what the detector of a reader
// sees pending.
func NewIncidents(records Records, reader *Reader, geography Geography) Incidents {
	return Incidents{records, reader, geography}
}

// Incident gives one incident by its id; the error has CodeNotFound where there is
// none.
func (i Incidents) Incident(ctx context.Context, id string) (Incident, error) {
	record, err := i.records.Incident(ctx, id)
	if err != nil {
		return Incident{}, err
	}
	return i.of(record), nil
}

// Incidents lists the latest opened first, from behind a cursor, which is "" for
// the start; next is "" after the last. Only where pending ones are asked for, it
// lists those, as the detector sees them now.
func (i Incidents) Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []Incident, next string, err error) {
	if filter.State == outage.StatePending {
		page, err = i.pending(ctx, filter, limit)
		return page, "", err
	}
	records, next, err := i.records.Incidents(ctx, filter, cursor, limit)
	for _, record := range records {
		if record.State != outage.StatePending {
			page = append(page, i.of(record))
		}
	}
	return page, next, err
}

func (i Incidents) of(record outage.Record) Incident {
	snapshot := i.reader.Snapshot()
	watch, _ := snapshot.view.Watch(record.Service, record.Country)
	made := IncidentOf(record, watch.Regions)
	made.Official = snapshot.noticeOf(made)
	return made
}

// pending chooses by region and district after publishing: an exact footprint reaches
// places of which the public table shows nothing.
func (i Incidents) pending(ctx context.Context, filter outage.IncidentFilter, limit int) (page []Incident, err error) {
	anywhere := filter
	anywhere.Region, anywhere.District = "", ""
	var found []outage.Incident
	i.reader.Snapshot().view.Each(func(w outage.Watch) {
		if w.Pending != nil && anywhere.Matches(*w.Pending) && reportable(*w.Pending) {
			found = append(found, *w.Pending)
		}
	})
	slices.SortFunc(found, func(a, b outage.Incident) int { return cmp.Compare(a.ID, b.ID) })
	for _, in := range found {
		if len(page) == limit {
			break
		}
		local := in.Footprint.Scope != outage.ScopeCountry
		published, err := i.reader.Publish(ctx, i.geography, in)
		if err != nil {
			return nil, err
		}
		if !filter.Matches(published) {
			continue
		}
		made := i.of(outage.Record{Incident: published})
		if local {
			made = made.inSteps()
		}
		page = append(page, made)
	}
	return page, nil
}

// reportable says whether a pending incident has enough reporters to be listed.
func reportable(in outage.Incident) bool {
	return in.Footprint.Scope == outage.ScopeCountry || in.Observed >= Floor
}

// inSteps is an incident below the country that still moves each minute: of its
// numbers stay those in which a single reporter cannot be seen.
func (i Incident) inSteps() Incident {
	i.Observed = int64(inSteps(float64(i.Observed)))
	i.Ratio = outage.Ratio(float64(i.Observed), i.Expected)
	i.Peak = i.Ratio
	i.Why = Explanation{}
	return i
}
