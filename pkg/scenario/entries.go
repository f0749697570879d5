package scenario

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// AppendEntries adds what the report log would hold of a row had its Reports
// come through the import of batches: an entry for each report, of which the
// first of each reporter counts. The cell, the district and the region are those of the
// row's point, 0 and "" where it has none; received is the minute in which the reports
// are recorded to have come.
//
// Ids and reporters derive from the row, as those of Reports do, but are others.
func AppendEntries(to []outage.Entry, row *Row, at outage.Place, received outage.Minute) []outage.Entry {
	if row.N <= 0 {
		return to
	}
	sum := sha256.Sum256(row.key())
	seed, start := binary.LittleEndian.Uint64(sum[:]), row.Minute.Time()
	for i := range row.N {
		sender, counted := uint64(i), true
		if i >= max(1, row.Reporters) {
			sender, counted = 0, false
		}
		reporter := mixed(seed ^ sender<<1)
		entry := outage.Entry{
			Report: outage.Report{
				ID:      outage.ReportID{Shard: byte(reporter), Received: received, Random: mixed(seed ^ (uint64(i)<<1 | 1))},
				Service: row.Service, Symptom: row.Symptom, Kind: outage.Problem, Country: row.Country, Region: at.Region, District: at.District, Cell: at.Cell,
				At:       start.Add(time.Duration(i) * time.Minute / time.Duration(row.N)).Truncate(time.Second),
				Reporter: reporter, Keyed: true,
			},
			Sign: 1, Counted: counted, First: counted,
		}
		if counted {
			entry.Weight = 1
		}
		to = append(to, entry)
	}
	return to
}
