package archive

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/open-downpour/downpour/pkg/outage"
)

// SaveIncidents stores incidents by their revisions; the highest of each is valid.
func (d *DB) SaveIncidents(ctx context.Context, records []outage.Record) error {
	rows := make([][]any, len(records))
	for i, record := range records {
		body, err := json.Marshal(record)
		if err != nil {
			return fmt.Errorf("saving incident %s: %w", record.ID, err)
		}
		rows[i] = []any{record.ID, record.Revision, string(body)}
	}
	if err := d.append(ctx, "INSERT INTO incidents (id, version, body)", rows); err != nil {
		return fmt.Errorf("saving %d incidents: %w", len(records), err)
	}
	return nil
}

// LoadIncidents returns the incidents with a revision after the given one, and the latest
// revision. Revisions are times, so that those of the last minute are read again for slower
// servers.
func (d *DB) LoadIncidents(ctx context.Context, after int64) (records []outage.Record, latest int64, err error) {
	const slack = 60_000 // milliseconds
	latest = after
	err = d.rows(ctx, "SELECT version, body FROM incidents FINAL WHERE version > ? ORDER BY version", []any{after - slack},
		func(scan func(...any) error) error {
			var version int64
			var body string
			if err := scan(&version, &body); err != nil {
				return err
			}
			var record outage.Record
			if err := json.Unmarshal([]byte(body), &record); err != nil {
				return fmt.Errorf("reading an incident: %w", err)
			}
			records, latest = append(records, record), max(latest, version)
			return nil
		})
	if err != nil {
		return nil, after, unavailable("reading incidents", err)
	}
	return records, latest, nil
}

// KeepNormals stores expected counts. It is idempotent by slot.
func (d *DB) KeepNormals(ctx context.Context, normals []outage.ServiceNormal) error {
	rows := make([][]any, len(normals))
	for i, n := range normals {
		rows[i] = []any{n.Start.Time(), n.Service, string(n.Country), float32(n.Mean), float32(n.Dispersion)}
	}
	if err := d.append(ctx, "INSERT INTO normals (start, service, country, mean, dispersion)", rows); err != nil {
		return fmt.Errorf("storing the expected counts: %w", err)
	}
	return nil
}

// Normals calls each with the expected counts of a span, by slot, of one service or, where
// it is empty, of all.
func (d *DB) Normals(ctx context.Context, service string, span outage.Span, each func(service string, country outage.Country, n outage.Normal)) error {
	w := filter(outage.Query{Service: service, Span: span})
	err := d.rows(ctx, "SELECT toString(service), toString(country), toUnixTimestamp(start), mean, dispersion FROM normals FINAL WHERE "+w.String(),
		w.arguments, func(scan func(...any) error) error {
			var slug, country string
			var start uint32
			var mean, dispersion float32
			if err := scan(&slug, &country, &start, &mean, &dispersion); err != nil {
				return err
			}
			each(slug, outage.Country(country), outage.Normal{
				Start: outage.Minute(start / 60), Mean: float64(mean), Dispersion: float64(dispersion),
			})
			return nil
		})
	if err != nil {
		return unavailable("reading the expected counts", err)
	}
	return nil
}
