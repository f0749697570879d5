package archive

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// slow is an archive whose queries end when the test lets them.
type slow struct {
	release chan struct{}
	began   atomic.Int64
	running atomic.Int64
	most    atomic.Int64
}

func (s *slow) Counts(context.Context, outage.Query) ([]outage.Count, error) {
	s.began.Add(1)
	now := s.running.Add(1)
	for most := s.most.Load(); now > most && !s.most.CompareAndSwap(most, now); most = s.most.Load() {
	}
	<-s.release
	s.running.Add(-1)
	return []outage.Count{{N: 1}}, nil
}

func (s *slow) Table(ctx context.Context, query outage.Query, _, _ int) (outage.Table, error) {
	_, err := s.Counts(ctx, query)
	return outage.Table{Total: 1, Rows: []outage.TableRow{{Reports: 1}}}, err
}

func window(n int) outage.Query {
	return outage.Query{Span: outage.Span{From: outage.Minute(15 * n), To: 100_000}}
}

func codeOf(err error) outage.Code {
	if known := outage.AsError(err); known != nil && known.RetryAfter > 0 {
		return known.Code
	}
	return outage.Code(fmt.Sprint(err))
}

// readMany sends different queries at once and counts how they ended.
func readMany(lane *Lane, n int) (ended func() map[outage.Code]int) {
	var readers sync.WaitGroup
	var mutex sync.Mutex
	codes := map[outage.Code]int{}
	for i := range n {
		readers.Go(func() {
			_, err := lane.Table(context.Background(), window(i), 4, 3)
			mutex.Lock()
			defer mutex.Unlock()
			codes[codeOf(err)]++
		})
	}
	return func() map[outage.Code]int {
		readers.Wait()
		return codes
	}
}

func TestLaneRunsFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &slow{release: make(chan struct{})}
		lane := newLane(source, LaneConfig{AtOnce: 2, Queue: 3, Patience: time.Hour})
		ended := readMany(lane, 20)
		synctest.Wait()
		if source.began.Load() != 2 {
			t.Errorf("%d queries run at once, want 2", source.began.Load())
		}
		close(source.release)
		codes := ended()
		if codes["<nil>"] != 5 || codes[outage.CodeUnavailable] != 15 || source.most.Load() != 2 {
			t.Errorf("%v, at most %d at once", codes, source.most.Load())
		}
	})
}

func TestLaneQueueHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &slow{release: make(chan struct{})}
		lane := newLane(source, LaneConfig{AtOnce: 1, Queue: 3, Patience: 2 * time.Second})
		ended := readMany(lane, 3)
		synctest.Wait()
		time.Sleep(3 * time.Second)
		close(source.release)
		if codes := ended(); codes["<nil>"] != 1 || codes[outage.CodeUnavailable] != 2 {
			t.Errorf("%v", codes)
		}
		if source.began.Load() != 1 {
			t.Errorf("%d queries ran", source.began.Load())
		}
	})
}

func TestLaneSharesAQuery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &slow{release: make(chan struct{})}
		lane := newLane(source, LaneConfig{})
		read := func() {
			counts, err := lane.Counts(context.Background(), window(1))
			if err != nil || len(counts) != 1 || counts[0].N != 1 {
				t.Errorf("%v, %v", counts, err)
				return
			}
			counts[0].N = 99 // no reader changes what another gets
		}
		for range 10 {
			go read()
		}
		synctest.Wait()
		close(source.release)
		synctest.Wait()
		read()
		if n := source.began.Load(); n != 1 {
			t.Errorf("the query ran %d times", n)
		}
		time.Sleep(answersFor)
		read()
		if n := source.began.Load(); n != 2 {
			t.Errorf("the query ran %d times after its answer was old", n)
		}
	})
}

// A query without readers does not begin, and one that runs keeps its place.
func TestLaneDropsQueriesWithoutReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &slow{release: make(chan struct{})}
		lane := newLane(source, LaneConfig{AtOnce: 1, Patience: time.Hour})
		ctx, leave := context.WithCancel(context.Background())
		for i := range 3 {
			go func() {
				if _, err := lane.Counts(ctx, window(i)); err == nil {
					t.Error("a reader who left got an answer")
				}
			}()
			synctest.Wait()
		}
		leave()
		synctest.Wait()
		ended := readMany(lane, 1)
		synctest.Wait()
		if n := source.began.Load(); n != 1 {
			t.Errorf("%d queries began beside the one that runs", n-1)
		}
		close(source.release)
		if codes := ended(); codes["<nil>"] != 1 || source.began.Load() != 2 {
			t.Errorf("%v after %d queries", codes, source.began.Load())
		}
	})
}

func TestLaneHasABudgetForEachAddress(t *testing.T) {
	source := &slow{release: make(chan struct{})}
	close(source.release)
	now := time.Unix(1_800_000_000, 0)
	lane := newLane(source, LaneConfig{Now: func() time.Time { return now }, Budget: ratelimit.New(ratelimit.Level{Network: ratelimit.Address, PerMinute: 1, Burst: 3})})
	greedy := WithReader(context.Background(), netip.MustParseAddr("192.0.2.1"))
	for i, want := range []outage.Code{"<nil>", "<nil>", "<nil>", outage.CodeLimited} {
		if _, err := lane.Counts(greedy, window(i)); codeOf(err) != want {
			t.Errorf("query %d: %v", i, err)
		}
	}
	if _, err := lane.Counts(greedy, window(0)); err != nil {
		t.Errorf("an answer from the cache: %v", err)
	}
	for name, ctx := range map[string]context.Context{
		"another address": WithReader(context.Background(), netip.MustParseAddr("192.0.2.2")), "the server itself": context.Background(),
	} {
		if _, err := lane.Counts(ctx, window(7)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	now = now.Add(time.Minute)
	if _, err := lane.Counts(greedy, window(8)); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	var cache answerCache
	now := time.Unix(1_800_000_000, 0)
	big := answer{counts: make([]outage.Count, mostRows/4)}
	for i := range 20 {
		cache.put(laneKey{window(i), -1, 0}, big, now)
		if cache.rows > mostRows || len(cache.order) != len(cache.entries) {
			t.Fatalf("%d rows in %d answers, %d in order", cache.rows, len(cache.entries), len(cache.order))
		}
	}
	if _, ok := cache.get(laneKey{window(19), -1, 0}, now); !ok {
		t.Error("the newest answer is not kept")
	}
	cache.put(laneKey{window(19), -1, 0}, big, now)
	cache.put(laneKey{window(30), -1, 0}, answer{counts: make([]outage.Count, mostRows)}, now)
	for len(cache.order) > 0 {
		cache.drop(0)
	}
	if cache.rows != 0 || len(cache.entries) != 0 {
		t.Errorf("%d rows of nothing", cache.rows)
	}
}

// The bounds of a query reach ClickHouse.
func TestLongQueriesAreCut(t *testing.T) {
	db := prepared(t, embeddedDB(t))
	ctx := bounded(context.Background(), time.Second)
	for setting, want := range map[string]int64{"max_threads": 1, "max_execution_time": 1, "max_memory_usage": 512 << 20} {
		got, err := db.number(ctx, "SELECT toInt64(getSetting('"+setting+"'))")
		must(t, err)
		if got != want {
			t.Errorf("%s is %d, want %d", setting, got, want)
		}
	}
	if _, err := db.number(ctx, "SELECT toInt64(sum(cityHash64(number))) FROM numbers(100000000000)"); err == nil {
		t.Error("a query without an end was not cut")
	}
}
