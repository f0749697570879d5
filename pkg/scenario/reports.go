package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// BatchLine is one report as the import of batches takes it.
type BatchLine struct {
	ID         string         `json:"id"`
	Service    string         `json:"service"`
	Kind       outage.Kind    `json:"kind"`
	Country    outage.Country `json:"country"`
	Location   *outage.LatLng `json:"location,omitempty"`
	Symptom    string         `json:"symptom,omitempty"`
	ReportedAt time.Time      `json:"reported_at"`
	Reporter   string         `json:"reporter"`
}

const (
	idBytes       = 12
	reporterBytes = 8
)

// Reports are the single reports that a row counts, spread over its minute. As
// many reporters as the row has are distinguished; the first of them sends the
// rest, so that an import counts what the row calls reporters.
//
// Ids and reporters derive from the row: the same row sent again is the same
// reports, and two rows that differ in minute, service, country, point or
// symptom share no reporter. A row of a script is the only one of its kind.
func Reports(row Row) []BatchLine {
	if row.N <= 0 {
		return nil
	}
	lines := make([]BatchLine, row.N)
	start := row.Minute.Time()
	key := row.key()
	first := ""
	for i := range lines {
		hash := sha256.Sum256(strconv.AppendInt(append([]byte(nil), key...), int64(i), 10))
		reporter := hex.EncodeToString(hash[idBytes : idBytes+reporterBytes])
		if i == 0 {
			first = reporter
		}
		if i >= max(1, row.Reporters) {
			reporter = first
		}
		lines[i] = BatchLine{
			ID: hex.EncodeToString(hash[:idBytes]), Service: row.Service, Kind: outage.Problem, Country: row.Country,
			Symptom:    row.Symptom,
			ReportedAt: start.Add(time.Duration(i) * time.Minute / time.Duration(row.N)).Truncate(time.Second),
			Reporter:   reporter,
		}
		if row.Placed {
			point := row.Point
			lines[i].Location = &point
		}
	}
	return lines
}

// key is what tells a row from all others of its script, with a bar at the end
// of each part.
func (row *Row) key() []byte {
	key := strconv.AppendInt(nil, int64(row.Minute), 10)
	key = append(append(key, '|'), row.Service...)
	key = append(append(key, '|'), row.Country...)
	key = append(key, '|')
	if row.Placed {
		key = appendDegrees(key, row.Point.Lat)
		key = appendDegrees(append(key, ','), row.Point.Lng)
	}
	key = append(append(key, '|'), row.Symptom...)
	return append(key, '|')
}
