package runner

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// diary is what a Live reads and writes: a report a minute of one service for as
// long as it goes back, and twenty a minute since an outage began.
type diary struct {
	first, broke outage.Minute
	told         []outage.Incident
	normals      []outage.ServiceNormal
	kept         int // how often normals were given
	asked        []outage.Span
}

func (d *diary) Counts(_ context.Context, query outage.Query) ([]outage.Count, error) {
	d.asked = append(d.asked, query.Span)
	var counts []outage.Count
	for minute := max(d.first, query.Span.From); minute < query.Span.To; minute++ {
		n := int64(1)
		if minute >= d.broke {
			n = 20
		}
		counts = append(counts, outage.Count{
			Service: "whatsapp", Country: outage.IN, Cell: enginetest.CellIn(outage.IN, 3, 1, 1, 1), Region: "IN-WB",
			Start: minute, Kind: outage.Problem, N: n, Submissions: n, Judged: float64(n), Prefixes: n,
		})
	}
	return counts, nil
}

func (d *diary) Open(context.Context) error { return nil }

func (d *diary) Append(_ context.Context, _ time.Time, changes []outage.Incident) error {
	d.told = append(d.told, changes...)
	return nil
}

func (d *diary) KeepNormals(_ context.Context, normals []outage.ServiceNormal) error {
	d.normals, d.kept = append(d.normals, normals...), d.kept+1
	return nil
}

func (d *diary) Load(context.Context) ([]byte, error) { return nil, nil }
func (d *diary) Store(context.Context, []byte) error  { return nil }

// A first start that is told to alert from a day ago on finds the outage of the
// last half hour as if it had been there; one that is told nothing learns in
// silence up to now.
func TestFirstStart(t *testing.T) {
	now := time.Date(2026, 11, 18, 12, 0, 30, 0, time.UTC)
	minute := outage.MinuteOf(now)
	for name, from := range map[string]outage.Minute{"of a demo": minute - 24*60, "of any server": 0} {
		d := &diary{first: minute - 28*24*60, broke: minute - 30}
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
		opened := slices.IndexFunc(d.told, func(in outage.Incident) bool { return in.State == outage.StateOpen })
		if from == 0 {
			if opened >= 0 || len(d.normals) > 1 {
				t.Errorf("%s: it alerted, or kept %d normals", name, len(d.normals))
			}
			continue
		}
		if opened < 0 || d.told[opened].OpenedAt.Before(d.broke.Time()) || d.told[opened].OpenedAt.After((d.broke + 5).Time()) {
			t.Errorf("%s: it told %+v", name, d.told)
		}
		if len(d.normals) != 24*60/outage.NormalSlot || d.kept != 1 {
			t.Errorf("%s: %d normals in %d pieces", name, len(d.normals), d.kept)
		}
	}
}
