package runner

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// freshStores is what a server with an empty data directory reads and writes: reporters of
// one service in one city by minute, each from a network and a block of its own.
type freshStores struct {
	fakeStores
	reporters map[outage.Minute]int
	now       time.Time
}

var freshCity = enginetest.CellIn(countrytest.GB, 1, 1, 1, 1)

func (d *freshStores) Counts(_ context.Context, query outage.Query) (counts []outage.Count, err error) {
	for minute := query.Span.From; minute < query.Span.To; minute++ {
		if n := int64(d.reporters[minute]); n > 0 {
			counts = append(counts, outage.Count{
				Service: "whatsapp", Country: countrytest.GB, Cell: freshCity,
				Start: minute, Kind: outage.Problem, N: n, Submissions: n, Judged: float64(n), Prefixes: n,
			})
		}
	}
	return counts, nil
}

func (d *freshStores) Blocks(_ context.Context, span outage.Span) (blocks []outage.BlockCount, err error) {
	for minute := span.From; minute < span.To; minute++ {
		for i := range d.reporters[minute] {
			blocks = append(blocks, outage.BlockCount{
				Service: "whatsapp", Country: countrytest.GB, Cell: freshCity, Start: minute,
				BlockShare: outage.BlockShare{Block: uint64(minute)<<16 + uint64(i) + 1, Reporters: 1},
			})
		}
	}
	return blocks, nil
}

// freshServer starts a server before the first report ever.
func freshServer(t *testing.T) (*freshStores, *Live) {
	t.Helper()
	d := &freshStores{reporters: map[outage.Minute]int{}}
	config := engine.DefaultConfig(enginetest.World{})
	config.Networks, config.ColdAfter = 3, 1
	live := NewLive(LiveConfig{
		Engine: config, Hot: d, Blocks: d, Past: d, HotFrom: func() outage.Minute { return start - 2*day },
		Repository: d, States: d, Normals: d, Now: func() time.Time { return d.now }, Logger: slog.New(slog.DiscardHandler),
	})
	d.to(t, live, start)
	return d, live
}

// to lets the server process all minutes up to one.
func (d *freshStores) to(t *testing.T, live *Live, minute outage.Minute) {
	t.Helper()
	d.now = (minute + 1).Time().Add(Watermark)
	if err := live.catchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// Two hundred people of as many networks in one city within five minutes are an outage on
// a server that knows nothing yet.
func TestFreshServerFindsABurst(t *testing.T) {
	d, live := freshServer(t)
	burst := start + 60
	for i := range outage.Minute(5) {
		d.reporters[burst+i] = 40
	}
	for minute := start + 1; minute < burst+30; minute++ {
		d.to(t, live, minute)
	}
	opened := slices.IndexFunc(d.changes, func(in outage.Incident) bool { return in.State == outage.StateOpen })
	if opened < 0 {
		t.Fatal("nothing opened")
	}
	if after := outage.MinuteOf(d.changes[opened].OpenedAt) - burst; after > 3 {
		t.Errorf("it opened %d minutes after the first report", after)
	}
}

// Twenty reports over the first two days open nothing, and nothing is called normal.
func TestFreshServerIsQuiet(t *testing.T) {
	const seed, days, reports = 7, 2, 20
	d, live := freshServer(t)
	random := rand.New(rand.NewPCG(seed, 1))
	for range reports {
		d.reporters[start+1+outage.Minute(random.IntN(days*day))]++
	}
	seen := false
	for minute := start + 1; minute < start+days*day; minute++ {
		d.to(t, live, minute)
		observed := int64(0)
		for m := minute - outage.HealthMinutes + 1; m <= minute; m++ {
			observed += int64(d.reporters[m])
		}
		live.View().Each(func(w outage.Watch) {
			seen = true
			if status := w.Status(observed); status != outage.StatusUnknown {
				t.Errorf("seed %d: %d minutes in, the status is %s", seed, minute-start, status)
			}
		})
	}
	if len(d.changes) > 0 || !seen {
		t.Errorf("seed %d: %d changes", seed, len(d.changes))
	}
}
