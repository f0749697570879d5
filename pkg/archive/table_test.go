package archive

import (
	"context"
	"reflect"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/suppression"
)

// However few rows a statement reads, each quarter hour is whole, and is there once.
func TestQuarterHoursInParts(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		random := seeded(t)
		insertAll(t, random, prepared(t, db), randomEntries(t, random, 120, testSpan))
		type quarter struct {
			of  topic
			sum suppression.Tally
		}
		read := func(query outage.Query, most int) (all []quarter) {
			t.Helper()
			spans := []outage.Span{{From: query.Span.From, To: query.Span.From + 300}, {From: query.Span.From + 360, To: query.Span.To}}
			must(t, db.quarterHours(context.Background(), query, spans, most, func(of topic, leaves []suppression.Leaf) {
				one := quarter{of: of}
				for _, leaf := range leaves {
					one.sum = one.sum.Plus(leaf.Tally)
				}
				all = append(all, one)
			}))
			return all
		}
		for _, query := range []outage.Query{{Span: testSpan}, {Span: testSpan, Service: "whatsapp"}} {
			want := read(query, leavesAtOnce)
			if len(want) < 20 {
				t.Fatalf("only %d quarter hours", len(want))
			}
			for _, most := range []int{2, 17} {
				if got := read(query, most); !reflect.DeepEqual(got, want) {
					t.Fatalf("%+v, %d rows at once: %d quarter hours\n%+v\nwant %d\n%+v", query, most, len(got), got, len(want), want)
				}
			}
		}
	})
}
