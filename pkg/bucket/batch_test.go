package bucket

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// line is an imported line of one shard.
func (b *bench) line(reporter uint64, at time.Time, random uint64) outage.Report {
	report := b.report(reporter, "whatsapp", outage.Problem)
	report.ID = outage.ReportID{Shard: 7, Received: outage.MinuteOf(b.now), Random: random}
	report.At, report.Keyed, report.Prefix, report.UndoHash = at, true, 0, 0
	return report
}

func (b *bench) addBatch(request string, reports ...outage.Report) []outage.Outcome {
	b.t.Helper()
	outcomes, err := b.store.AddBatch(context.Background(), request, reports)
	if err != nil {
		b.t.Fatal(err)
	}
	return outcomes
}

// TestLinesAreStoredOnce adds lines of the hot window and older ones again.
func TestLinesAreStoredOnce(t *testing.T) {
	for name, ago := range map[string]time.Duration{"of the hot window": 3 * time.Hour, "of the past": 600 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
				b := newBench(t, client)
				at := b.now.Add(-ago)
				lines := func() []outage.Report {
					return []outage.Report{b.line(1, at, 11), b.line(1, at.Add(time.Minute), 12), b.line(2, at.Add(time.Hour), 13)}
				}
				first := []outage.Outcome{outage.Counted, outage.Repeat, outage.Counted}
				again := []outage.Outcome{outage.Duplicate, outage.Duplicate, outage.Duplicate}
				for _, step := range []struct {
					after   time.Duration
					request string
					want    []outage.Outcome
				}{
					{0, "a", first}, {0, "a", first}, {time.Minute, "b", again}, {time.Hour, "a", first},
					{6 * 24 * time.Hour, "c", again}, {7*24*time.Hour - time.Minute, "d", again},
				} {
					b.now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC).Add(step.after)
					if got := b.addBatch(step.request, lines()...); !slices.Equal(got, step.want) {
						t.Errorf("request %s after %s: %v, want %v", step.request, step.after, got, step.want)
					}
				}
				if entries := b.entries(); len(entries) != 3 || !entries[0].Keyed || entries[0].Weight != 1 {
					t.Errorf("the log holds %+v", entries)
				}
			})
		})
	}
}

// TestOldLinesChangeNoCounter imports lines older than the hot window and checks every
// key.
func TestOldLinesChangeNoCounter(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		border := outage.MinuteOf(b.now.Add(-HotWindow)).Time()
		b.addBatch("a", b.line(1, border.Add(59*time.Second), 1), b.line(2, border.Add(-365*24*time.Hour), 2))
		keys, err := client.Keys(context.Background(), base(7)+"*").Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			rest := strings.TrimPrefix(key, base(7))
			kind, _, _ := strings.Cut(rest, ":")
			if !slices.Contains([]string{"alive", "log", "s", "ih"}, kind) {
				t.Errorf("%s was written", rest)
			}
			life := client.TTL(context.Background(), key).Val()
			if expires := kind == "s" || kind == "ih"; expires && (life <= 0 || life > seenFor) {
				t.Errorf("%s stays for %s", rest, life)
			}
		}
		if got := b.total("whatsapp", outage.Problem); got != 0 {
			t.Errorf("the hot window counts %d", got)
		}
		b.addBatch("b", b.line(3, border.Add(time.Minute), 3))
		if got := b.total("whatsapp", outage.Problem); got != 1 {
			t.Errorf("the hot window counts %d of its oldest minute", got)
		}
	})
}

// TestImportedHalfHours applies the half-hour rule by event time, in any order and over
// several batches, and separately from live reporters.
func TestImportedHalfHours(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		day := b.now.Add(-28 * 24 * time.Hour)
		random := uint64(0)
		add := func(at time.Time, want outage.Outcome) {
			t.Helper()
			random++
			if got := b.addBatch("", b.line(1, at, random)); got[0] != want {
				t.Errorf("at %s: %v, want %v", at.Format(time.DateTime), got[0], want)
			}
		}
		for i := range 28 {
			add(day.Add(time.Duration(i)*24*time.Hour), outage.Counted)
		}
		add(day.Add(29*time.Minute), outage.Repeat)
		add(day.Add(-29*time.Minute), outage.Repeat)
		add(day.Add(30*time.Minute), outage.Counted)
		add(day.Add(-30*time.Minute), outage.Counted)
		add(b.now, outage.Counted)
		if !b.add(b.report(1, "whatsapp", outage.Problem)) {
			t.Error("an imported reporter keeps a live one from counting")
		}
	})
}

// TestBatchPreservesOrder adds a batch that is larger than one step.
func TestBatchPreservesOrder(t *testing.T) {
	b := newBench(t, redistest.Embedded(t))
	var reports []outage.Report
	for i := range uint64(3*batchPart + 5) {
		one := b.line(i%40, b.now.Add(-100*time.Hour+time.Duration(i)*time.Second), i)
		one.ID.Shard = byte(i % 40)
		reports = append(reports, one)
	}
	outcomes := b.addBatch("a", reports...)
	for i, outcome := range outcomes {
		if want := map[bool]outage.Outcome{true: outage.Counted, false: outage.Repeat}[i < 40]; outcome != want {
			t.Fatalf("line %d: %v, want %v", i, outcome, want)
		}
	}
	if got := len(b.entries()); got != len(reports) {
		t.Errorf("the log holds %d lines of %d", got, len(reports))
	}
}

// firstOf is 1 for the first report of a prefix in its half hour.
func firstOf(e outage.Entry) int64 {
	if e.First {
		return int64(e.Sign)
	}
	return 0
}

// archived is a Past of the entries of a log.
type archived struct{ entries []outage.Entry }

func (a archived) ShardCounts(_ context.Context, from outage.Minute, each func(byte, outage.Count)) error {
	for _, e := range a.entries {
		if e.Minute() >= from && e.Counted {
			each(e.ID.Shard, outage.Count{
				Service: e.Service, Country: e.Country, Region: e.Region, District: e.District, Cell: e.Cell, Start: e.Minute(), Kind: e.Kind, Symptom: e.Symptom,
				N: int64(e.Sign), Submissions: int64(e.Sign), Judged: float64(e.Sign) * e.Weight, Prefixes: firstOf(e), Nodes: e.Nodes.Counts(int64(e.Sign)),
			})
			if e.Network == "" || e.Kind != outage.Problem {
				continue
			}
			each(e.ID.Shard, outage.Count{
				Service: e.Service, Country: e.Country, Region: e.Region, Network: e.Network, Start: e.Minute(), Kind: e.Kind,
				N: int64(e.Sign), Judged: float64(e.Sign) * e.Weight, Prefixes: firstOf(e),
			})
		}
	}
	return nil
}

func (a archived) Entries(_ context.Context, since time.Time, each func(outage.Entry)) error {
	for _, e := range a.entries {
		if !e.ID.Received.Time().Before(since) {
			each(e)
		}
	}
	return nil
}

func (a archived) Imported(_ context.Context, since time.Time, each func(outage.ReportID)) error {
	for _, e := range a.entries {
		if e.Keyed && !e.ID.Received.Time().Before(since) {
			each(e.ID)
		}
	}
	return nil
}

// TestLinesAfterDataLoss flushes Redis: the lines are duplicates for a week, and the half
// hours of an import are restored.
func TestLinesAfterDataLoss(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		ctx := context.Background()
		at := b.now.Add(-50 * 24 * time.Hour)
		lines := []outage.Report{b.line(1, at, 1), b.line(2, b.now, 2)}
		b.addBatch("a", lines...)
		past := archived{b.entries()}
		flush := func() {
			if err := client.FlushAll(ctx).Err(); err != nil {
				t.Fatal(err)
			}
			if err := b.store.Restore(ctx, past); err != nil {
				t.Fatal(err)
			}
		}
		flush()
		got := b.addBatch("b", append(slices.Clone(lines), b.line(1, at.Add(10*time.Minute), 3), b.line(1, at.Add(40*time.Minute), 4))...)
		if want := []outage.Outcome{outage.Duplicate, outage.Duplicate, outage.Repeat, outage.Counted}; !slices.Equal(got, want) {
			t.Errorf("after the loss: %v, want %v", got, want)
		}
		if got := b.total("whatsapp", outage.Problem); got != 1 {
			t.Errorf("the hot window counts %d", got)
		}
		b.now = b.now.Add(7*24*time.Hour - time.Minute)
		flush()
		if got := b.addBatch("c", lines...); !slices.Equal(got, []outage.Outcome{outage.Duplicate, outage.Duplicate}) {
			t.Errorf("after a loss a week later: %v", got)
		}
	})
}

// TestBatchWhileRedisFails gets an error with a Retry-After, and a repetition counts each
// line once.
func TestBatchWhileRedisFails(t *testing.T) {
	client := redistest.Embedded(t)
	hook := &broken{}
	client.AddHook(hook)
	b := newBench(t, client)
	var reports []outage.Report
	for i := range uint64(2 * batchPart) {
		one := b.line(i, b.now.Add(-100*time.Hour), i)
		reports = append(reports, one)
	}
	calls := 0
	hook.fails = func(command redis.Cmder) bool {
		if name := command.Name(); name == "evalsha" || name == "eval" {
			calls++
		}
		return calls > 2 // the first finds the script not loaded, the second adds the first half
	}
	_, err := b.store.AddBatch(context.Background(), "a", reports)
	hook.fails = nil
	if known := outage.AsError(err); known == nil || known.Code != outage.CodeOutcomeUnknown || known.RetryAfter == 0 {
		t.Fatalf("the error is %v", err)
	}
	if got := len(b.entries()); got != batchPart {
		t.Fatalf("the failed attempt stored %d lines", got)
	}
	sums := map[outage.Outcome]int{}
	for _, outcome := range b.addBatch("a", reports...) {
		sums[outcome]++
	}
	if want := map[outage.Outcome]int{outage.Counted: len(reports)}; !maps.Equal(sums, want) {
		t.Errorf("the repetition gets %v, want %v", sums, want)
	}
	if got := len(b.entries()); got != len(reports) {
		t.Errorf("the log holds %d lines of %d", got, len(reports))
	}
}

// TestImportsWaitForTheArchive rejects a batch while the log is long, and still accepts
// live reports.
func TestImportsWaitForTheArchive(t *testing.T) {
	b := newBench(t, redistest.Embedded(t))
	b.store.LogLimit = importShare
	for i := range uint64(3) {
		b.addBatch("", b.line(i, b.now, i))
	}
	if err := b.store.Restore(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	_, err := b.store.AddBatch(context.Background(), "", []outage.Report{b.line(9, b.now, 9)})
	if known := outage.AsError(err); known == nil || known.Code != outage.CodeUnavailable {
		t.Errorf("a batch is accepted while the archive does not keep up: %v", err)
	}
	if !b.add(b.report(1, "whatsapp", outage.Problem)) {
		t.Error("a live report is not counted")
	}
}
