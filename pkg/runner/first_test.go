package runner

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// fakeStores is what a Live reads and writes: one report a minute of one service since
// first, and twenty a minute since an outage began.
type fakeStores struct {
	first, broke outage.Minute
	changes      []outage.Incident
	normals      []outage.ServiceNormal
	writes       int // of normals
	read         []outage.Span
}

func (d *fakeStores) Counts(_ context.Context, query outage.Query) ([]outage.Count, error) {
	d.read = append(d.read, query.Span)
	var counts []outage.Count
	for minute := max(d.first, query.Span.From); minute < query.Span.To; minute++ {
		n := int64(1)
		if minute >= d.broke {
			n = 20
		}
		counts = append(counts, outage.Count{
			Service: "whatsapp", Country: countrytest.IN, Cell: enginetest.CellIn(countrytest.IN, 3, 1, 1, 1), Region: "IN-WB",
			Start: minute, Kind: outage.Problem, N: n, Submissions: n, Judged: float64(n), Prefixes: n,
		})
	}
	return counts, nil
}

func (d *fakeStores) Open(context.Context) error { return nil }

func (d *fakeStores) Append(_ context.Context, _ time.Time, changes []outage.Incident) error {
	d.changes = append(d.changes, changes...)
	return nil
}

func (d *fakeStores) KeepNormals(_ context.Context, normals []outage.ServiceNormal) error {
	d.normals, d.writes = append(d.normals, normals...), d.writes+1
	return nil
}

func (d *fakeStores) Load(context.Context) ([]byte, error) { return nil, nil }
func (d *fakeStores) Store(context.Context, []byte) error  { return nil }

// A first start with AlertFrom a day ago finds the outage of the last half hour as if it
// had run at the time; one without AlertFrom only learns up to now.
func TestFirstStart(t *testing.T) {
	now := time.Date(2026, 11, 18, 12, 0, 30, 0, time.UTC)
	minute := outage.MinuteOf(now)
	for name, from := range map[string]outage.Minute{"of a demo": minute - 24*60, "of any server": 0} {
		d := &fakeStores{first: minute - 28*24*60, broke: minute - 30}
		live := NewLive(LiveConfig{
			Engine: engine.DefaultConfig(enginetest.World{}), Hot: d, Past: d, HotFrom: func() outage.Minute { return minute - 26*60 }, AlertFrom: from,
			Repository: d, States: d, Normals: d, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
		})
		if live.Reached() != 0 {
			t.Errorf("%s: it has reached %d before it began", name, live.Reached())
		}
		if err := live.catchUp(context.Background()); err != nil {
			t.Fatal(err)
		}
		if live.Reached() != minute {
			t.Errorf("%s: it has reached %d of %d", name, live.Reached(), minute)
		}
		opened := slices.IndexFunc(d.changes, func(in outage.Incident) bool { return in.State == outage.StateOpen })
		if from == 0 {
			if opened >= 0 || len(d.normals) > 1 {
				t.Errorf("%s: it alerted, or stored %d normals", name, len(d.normals))
			}
			continue
		}
		if opened < 0 || d.changes[opened].OpenedAt.Before(d.broke.Time()) || d.changes[opened].OpenedAt.After((d.broke + 5).Time()) {
			t.Errorf("%s: changes %+v", name, d.changes)
		}
		if len(d.normals) != 24*60/outage.NormalSlot || d.writes != 1 {
			t.Errorf("%s: %d normals in %d writes", name, len(d.normals), d.writes)
		}
	}
}
