package archive

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestOfficialChanges(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		prepared(t, db)
		ctx := context.Background()
		at := time.Now().UTC().Truncate(time.Millisecond)
		change := func(service string, ago time.Duration, state outage.OfficialState) outage.Official {
			return outage.Official{
				Service: service, Source: outage.FromPage, State: state, At: at.Add(-ago), CheckedAt: at.Add(-ago),
				Notices: []outage.Notice{{ID: "1", Title: "Ärger", State: state, PublishedAt: at.Add(-ago)}},
			}
		}
		first, second, third := change("a", time.Hour, outage.OfficialMajor), change("b", time.Minute, outage.OfficialUnknown), change("a", 0, outage.OfficialOperational)
		for _, c := range []outage.Official{third, first, second} {
			must(t, db.SaveOfficial(ctx, c))
		}
		load := func(from time.Time) (all []outage.Official) {
			must(t, db.LoadOfficial(ctx, from, func(c outage.Official) { all = append(all, c) }))
			return all
		}
		if got, want := load(at.Add(-2*time.Hour)), []outage.Official{first, second, third}; !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got, want := load(at), []outage.Official{third}; !reflect.DeepEqual(got, want) {
			t.Errorf("from now: %+v, want %+v", got, want)
		}
	})
}
