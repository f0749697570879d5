package bucket

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// bench is a Store and a Hot window over one Redis, with a clock of its own.
type bench struct {
	t     testing.TB
	now   time.Time
	redis *Redis
	store *Store
	hot   *Hot
	stop  func() // ends the store after all queued reports were written
}

const kolkata = outage.Cell(0x863cf30e7ffffff)

// placesOfTest is a world of one region, which has districts by the last bit of a cell.
func placesOfTest(cell outage.Cell) (outage.Region, outage.District) {
	return "IN-WB", []outage.District{"IN-WB-a", ""}[cell>>(3*(15-outage.CellFine))&1]
}

func newBench(t testing.TB, client redis.UniversalClient) *bench {
	b := &bench{t: t, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), redis: NewRedis(client, placesOfTest)}
	clock := func() time.Time { return b.now }
	b.store = NewStore(Config{Redis: b.redis, Now: clock})
	b.hot = NewHot(b.redis, clock, slog.Default())
	if err := b.store.Restore(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.store.Run(ctx) }()
	b.stop = sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(b.stop)
	return b
}

func (b *bench) at(clock string) *bench {
	b.t.Helper()
	of, err := time.Parse("15:04:05", clock)
	if err != nil {
		b.t.Fatal(err)
	}
	b.now = time.Date(2026, 11, 22, of.Hour(), of.Minute(), of.Second(), 0, time.UTC)
	return b
}

func (b *bench) report(reporter uint64, service string, kind outage.Kind) outage.Report {
	return outage.Report{
		ID: outage.NewReportID(7, b.now), Service: service, Kind: kind, Country: countrytest.IN, Region: "IN-WB",
		Cell: kolkata, At: b.now, Reporter: reporter, Prefix: 7, UndoHash: reporter * 3,
	}
}

func (b *bench) add(report outage.Report) bool {
	b.t.Helper()
	counted, err := b.store.Add(context.Background(), report)
	if err != nil {
		b.t.Fatal(err)
	}
	return counted
}

func (b *bench) counts(query outage.Query) []outage.Count {
	b.t.Helper()
	if err := b.hot.Refresh(context.Background()); err != nil {
		b.t.Fatal(err)
	}
	if query.Span == (outage.Span{}) {
		query.Span = b.hot.Span()
	}
	counts, err := b.hot.Counts(context.Background(), query)
	if err != nil {
		b.t.Fatal(err)
	}
	return counts
}

func (b *bench) total(service string, kind outage.Kind) (n int64) {
	for _, count := range b.counts(outage.Query{Service: service}) {
		if count.Kind == kind {
			n += count.N
		}
	}
	return n
}

// entries is the log of all shards.
func (b *bench) entries() (all []outage.Entry) {
	b.t.Helper()
	for shard := range Shards {
		messages, err := b.redis.client.XRange(context.Background(), base(shard)+"log", "-", "+").Result()
		if err != nil {
			b.t.Fatal(err)
		}
		for _, message := range messages {
			entries, err := DecodeEntries(message.Values["r"].(string))
			if err != nil {
				b.t.Fatal(err)
			}
			all = append(all, entries...)
		}
	}
	return all
}

func TestHalfHour(t *testing.T) {
	type step struct {
		clock    string
		reporter uint64
		service  string
		kind     outage.Kind
		counted  bool
	}
	cases := map[string][]step{
		"within the half hour": {
			{"10:00:59", 1, "whatsapp", outage.Problem, true}, {"10:29:00", 1, "whatsapp", outage.Problem, false},
		},
		"after the half hour": {
			{"10:00:00", 1, "whatsapp", outage.Problem, true}, {"10:30:00", 1, "whatsapp", outage.Problem, true},
		},
		"a second short of the half hour": {
			{"10:00:10", 1, "whatsapp", outage.Problem, true}, {"10:30:09", 1, "whatsapp", outage.Problem, false},
		},
		"a repeat does not lengthen it": {
			{"10:00:00", 1, "whatsapp", outage.Problem, true}, {"10:20:00", 1, "whatsapp", outage.Problem, false},
			{"10:31:00", 1, "whatsapp", outage.Problem, true},
		},
		"another service": {
			{"10:00:00", 1, "whatsapp", outage.Problem, true}, {"10:01:00", 1, "facebook", outage.Problem, true},
		},
		"another kind": {
			{"10:00:00", 1, "whatsapp", outage.Problem, true}, {"10:20:00", 1, "whatsapp", outage.Back, true},
		},
		"another reporter of the prefix": {
			{"10:00:00", 1, "whatsapp", outage.Problem, true}, {"10:00:00", 2, "whatsapp", outage.Problem, true},
		},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
				b := newBench(t, client)
				want := map[outage.Kind]int64{}
				for _, s := range steps {
					report := b.at(s.clock).report(s.reporter, s.service, s.kind)
					if got := b.add(report); got != s.counted {
						t.Errorf("at %s: counted %v, want %v", s.clock, got, s.counted)
					}
					if s.counted && s.service == "whatsapp" {
						want[s.kind]++
					}
				}
				for kind, n := range want {
					if got := b.total("whatsapp", kind); got != n {
						t.Errorf("%s: %d counted, want %d", kind, got, n)
					}
				}
			})
		})
	}
}

func TestEarlierKeyIsChecked(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		if !b.add(b.at("09:50:00").report(1, "whatsapp", outage.Problem)) {
			t.Error("the report before midnight did not count")
		}
		after := b.at("10:05:00").report(2, "whatsapp", outage.Problem)
		after.Earlier = 1
		if b.add(after) {
			t.Error("the same sender counted again under the new key")
		}
	})
}

func TestAddAgainChangesNothing(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		first := b.report(1, "whatsapp", outage.Problem)
		repeat := b.report(1, "whatsapp", outage.Problem)
		for range 3 {
			if !b.add(first) {
				t.Error("the first report did not count")
			}
			if b.add(repeat) {
				t.Error("the repeat counted")
			}
		}
		if got := len(b.entries()); got != 2 {
			t.Errorf("the log holds %d entries, want 2", got)
		}
		counts := b.counts(outage.Query{Service: "whatsapp"})
		if len(counts) != 1 || counts[0].N != 1 || counts[0].Submissions != 2 {
			t.Errorf("counts are %+v, want one counted of two submissions", counts)
		}
	})
}

func TestUndo(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		ctx := context.Background()
		report := b.report(1, "whatsapp", outage.Problem)
		b.add(report)
		b.at("10:03:00")
		code := func(err error) outage.Code {
			if known := outage.AsError(err); known != nil {
				return known.Code
			}
			return ""
		}
		if got := code(b.store.Undo(ctx, report.ID, 99)); got != outage.CodeForbidden {
			t.Errorf("with another token: %q", got)
		}
		if got := code(b.store.Undo(ctx, outage.NewReportID(7, b.now), 3)); got != outage.CodeNotFound {
			t.Errorf("with another id: %q", got)
		}
		for range 2 {
			if err := b.store.Undo(ctx, report.ID, report.UndoHash); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.total("whatsapp", outage.Problem); got != 0 {
			t.Errorf("total is %d after undo", got)
		}
		if b.add(b.at("10:20:00").report(1, "whatsapp", outage.Problem)) {
			t.Error("the reporter counted again within the half hour")
		}
		signs := 0
		for _, entry := range b.entries() {
			if entry.Counted {
				signs += int(entry.Sign)
			}
		}
		if signs != 0 || len(b.entries()) != 3 {
			t.Errorf("the log sums to %d over %d entries", signs, len(b.entries()))
		}
		late := b.report(2, "whatsapp", outage.Problem)
		b.add(late)
		b.at("10:30:01")
		if got := code(b.store.Undo(ctx, late.ID, late.UndoHash)); got != outage.CodeGone {
			t.Errorf("after ten minutes: %q", got)
		}
	})
}

func TestReportsOfAPrefixWeighUpToTwiceItsCap(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		for reporter := range uint64(200) {
			b.add(b.report(reporter+1, "whatsapp", outage.Problem))
		}
		counts := b.counts(outage.Query{Service: "whatsapp"})
		if len(counts) != 1 || counts[0].N != 200 {
			t.Fatalf("counts are %+v", counts)
		}
		if judged, cap := counts[0].Judged, float64(b.store.Cap); judged < cap || judged > 2*cap {
			t.Errorf("weight %v with a cap of %v", judged, cap)
		}
		if counts[0].Prefixes != 1 {
			t.Errorf("%d prefixes, want 1", counts[0].Prefixes)
		}
		keyed := b.report(1000, "facebook", outage.Problem)
		keyed.Keyed = true
		b.add(keyed)
		if got := b.counts(outage.Query{Service: "facebook"})[0].Judged; got != 1 {
			t.Errorf("a keyed report weighs %v", got)
		}
	})
}

func TestEveryKeyExpires(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		b.now = time.Now().UTC()
		report := b.report(1, "whatsapp", outage.Problem)
		b.add(report)
		if err := b.store.Undo(context.Background(), report.ID, report.UndoHash); err != nil {
			t.Fatal(err)
		}
		keys, err := client.Keys(context.Background(), "*").Result()
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) < 6 {
			t.Errorf("only %d keys: %q", len(keys), keys)
		}
		for _, key := range keys {
			left := client.TTL(context.Background(), key).Val()
			stays := strings.HasSuffix(key, ":log") || strings.HasSuffix(key, ":alive")
			if stays != (left < 0) {
				t.Errorf("key %s expires in %v; only the log and the mark do not expire", key, left)
			}
		}
	})
}

// TestAgainstModel applies random reports, repeats of an id and undos to each Redis and to
// a simple model, which must agree on every outcome and total.
func TestAgainstModel(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		random := rand.New(rand.NewPCG(seed, 1))
		b := newBench(t, client)
		m := model{last: map[string]time.Time{}, counted: map[outage.ReportID]bool{}, undone: map[outage.ReportID]bool{}}
		services := []string{"whatsapp", "facebook", "jio"}
		kinds := outage.Kinds()
		var sent []outage.Report
		for range 600 {
			b.now = b.now.Add(time.Duration(random.IntN(90)) * time.Second)
			switch action := random.IntN(10); {
			case action < 7 || len(sent) == 0:
				report := b.report(1+random.Uint64N(12), services[random.IntN(3)], kinds[random.IntN(3)])
				report.Prefix = report.Reporter
				report.ID = outage.NewReportID(report.Prefix, b.now)
				sent = append(sent, report)
				if got, want := b.add(report), m.add(report); got != want {
					t.Fatalf("%s by %d at %s: counted %v, want %v", report.Service, report.Reporter, b.now, got, want)
				}
			case action == 7:
				again := sent[max(0, len(sent)-1-random.IntN(3))]
				if got, want := b.add(again), m.counted[again.ID]; got != want {
					t.Fatalf("adding %s again: counted %v, want %v", again.ID, got, want)
				}
			default:
				report := sent[max(0, len(sent)-1-random.IntN(5))]
				if b.now.Sub(report.At) > outage.UndoFor {
					continue
				}
				if err := b.store.Undo(context.Background(), report.ID, report.UndoHash); err != nil {
					t.Fatal(err)
				}
				m.undone[report.ID] = true
			}
		}
		for _, service := range services {
			for _, kind := range kinds {
				if got, want := b.total(service, kind), m.total(sent, service, kind); got != want {
					t.Errorf("%s %s: %d counted, the model has %d", service, kind, got, want)
				}
			}
		}
	})
}

type model struct {
	last    map[string]time.Time
	counted map[outage.ReportID]bool
	undone  map[outage.ReportID]bool
}

func (m model) add(r outage.Report) bool {
	key := fmt.Sprint(r.Reporter, r.Service, r.Kind)
	last, known := m.last[key]
	counted := !known || r.At.Sub(last) >= outage.HalfHour
	if counted {
		m.last[key] = r.At
	}
	m.counted[r.ID] = counted
	return counted
}

func (m model) total(sent []outage.Report, service string, kind outage.Kind) (n int64) {
	for _, r := range sent {
		if r.Service == service && r.Kind == kind && m.counted[r.ID] && !m.undone[r.ID] {
			n++
		}
	}
	return n
}
