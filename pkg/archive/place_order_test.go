package archive

import (
	"cmp"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Rows go into ClickHouse place by place, each once, and those of a place in the order of the
// log.
func TestRowsByPlace(t *testing.T) {
	random := seeded(t)
	entries := randomEntries(t, random, 500, testSpan)
	inLog := map[outage.ReportID]int{}
	for i := range entries {
		entries[i].ID.Random = uint64(i)
		inLog[entries[i].ID] = i
	}
	rows := slices.Collect(byPlace(entries))
	if len(rows) != len(entries) || len(inLog) != len(entries) {
		t.Fatalf("%d rows of %d entries", len(rows), len(inLog))
	}
	sorted := slices.IsSortedFunc(rows, func(a, b outage.Entry) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Region, b.Region), cmp.Compare(inLog[a.ID], inLog[b.ID]))
	})
	for _, row := range rows {
		delete(inLog, row.ID)
	}
	if !sorted || len(inLog) > 0 {
		t.Errorf("sorted: %v, missing: %d", sorted, len(inLog))
	}
}
