package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/bucket"
)

// acknowledgement is a 202 of a report.
type acknowledgement struct {
	sent, at time.Time // sent is when the report was sent first
	shard    int       // of its counters
}

// openLoad sends reports at a steady rate, whether or not those before were
// answered, as independent people do. Each comes from an address of its own and
// is sent again under its Idempotency-Key, after the time that the server names,
// until it is acknowledged.
type openLoad struct {
	base   string
	client http.Client
	ledger *ledger
	over   chan struct{}
	tasks  sync.WaitGroup

	mutex        sync.Mutex
	acknowledged []acknowledgement
	failed       map[string]int // tries by the code of their answer
	receipts     map[int]receipt
}

func newOpenLoad(base string, perSecond int) *openLoad {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 256
	l := &openLoad{
		base: base, client: http.Client{Transport: transport, Timeout: 30 * time.Second},
		ledger: newLedger(), over: make(chan struct{}), failed: map[string]int{}, receipts: map[int]receipt{},
	}
	l.tasks.Go(func() {
		ticks := time.NewTicker(time.Second / time.Duration(perSecond))
		defer ticks.Stop()
		for n := 0; ; n++ {
			select {
			case <-ticks.C:
				l.tasks.Go(func() { l.report(n) })
			case <-l.over:
				return
			}
		}
	})
	return l
}

// end stops the load and waits until every report is acknowledged.
func (l *openLoad) end() {
	close(l.over)
	l.tasks.Wait()
}

// receipt is what a 202 says.
type receipt struct {
	ID      string
	Counted bool
}

// report sends the n-th report until it is acknowledged.
func (l *openLoad) report(n int) {
	sent := time.Now()
	for {
		got, again, err := l.try(n)
		if err == nil {
			err = l.accept(n, sent, got)
		}
		if err == nil {
			return
		}
		l.mutex.Lock()
		l.failed[err.Error()]++
		l.mutex.Unlock()
		<-time.After(again)
	}
}

// try sends the n-th report once; again is how long to wait after an error.
// Successive reports come from different /16 networks, because the network
// chooses the shard.
func (l *openLoad) try(n int) (got receipt, again time.Duration, err error) {
	where := []string{`"country":"IN"`, `"place":"700001"`, `"place":"LS1"`, `"location":{"lat":51.5,"lng":-0.12}`}[n%4]
	body := fmt.Sprintf(`{"service":"%s",%s}`, []string{"whatsapp", "facebook"}[n/4%2], where)
	request, err := http.NewRequest(http.MethodPost, l.base+"/api/v1/reports", strings.NewReader(body))
	if err != nil {
		return got, 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("%d.%d.%d.%d", 11+n>>8%64, n%256, n>>14%256, 1+n>>22%200))
	request.Header.Set("Idempotency-Key", fmt.Sprint("report-", n))
	response, err := l.client.Do(request)
	if err != nil {
		return got, time.Second, errors.New("no answer")
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return got, time.Second, errors.New("no answer")
	}
	if response.StatusCode != http.StatusAccepted {
		var problem struct{ Code, Detail string }
		_ = json.Unmarshal(text, &problem)
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return got, time.Duration(max(1, seconds)) * time.Second, fmt.Errorf("%d %s: %s", response.StatusCode, problem.Code, problem.Detail)
	}
	return got, time.Second, json.Unmarshal(text, &got)
}

// accept enters an acknowledgement of the n-th report in the ledger.
func (l *openLoad) accept(n int, sent time.Time, got receipt) error {
	shard, err := strconv.ParseUint(got.ID[:min(2, len(got.ID))], 16, 8)
	if err != nil {
		return err
	}
	l.ledger.write(got.ID, 1)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.acknowledged = append(l.acknowledged, acknowledgement{sent, time.Now(), int(shard) % bucket.Shards})
	l.receipts[n] = got
	return nil
}

// checkReceipts sends every report once more, each of which must get the receipt
// that it got, of a report that was counted.
func (l *openLoad) checkReceipts(t *testing.T) {
	t.Helper()
	wrong, first := 0, ""
	for n, before := range l.receipts {
		again, _, err := l.try(n)
		if err != nil || again != before || !before.Counted {
			wrong++
			first = fmt.Sprintf("report %d had %v and has %v, %v", n, before, again, err)
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d reports have another receipt when they are sent again, or were not counted: %s", wrong, len(l.receipts), first)
	}
}

// failures counts the tries without an acknowledgement, by what was answered.
func (l *openLoad) failures() map[string]int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return maps.Clone(l.failed)
}

// since is the number of acknowledgements of shards after an instant.
func (l *openLoad) since(from time.Time, shards map[int]bool) (n int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, one := range l.acknowledged {
		if one.at.After(from) && shards[one.shard] {
			n++
		}
	}
	return n
}

// longestGap is the longest time, of that between two instants, in which no report
// of the shards was acknowledged that was sent in it. One that was sent before may
// have been stored before, so that its acknowledgement is no sign of service.
func (l *openLoad) longestGap(from, to time.Time, shards map[int]bool) (longest time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	last := from
	for _, one := range l.acknowledged {
		if shards[one.shard] && one.sent.After(from) && !one.at.After(to) {
			longest, last = max(longest, one.at.Sub(last)), one.at
		}
	}
	return longest
}

func TestLongestGap(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := &openLoad{}
	second := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	for _, one := range []struct{ sent, at, shard int }{{0, 1, 1}, {1, 3, 1}, {3, 3, 2}, {4, 5, 1}, {6, 6, 1}, {7, 7, 2}, {20, 20, 1}} {
		l.acknowledged = append(l.acknowledged, acknowledgement{second(one.sent), second(one.at), one.shard})
	}
	for _, c := range []struct {
		shards map[int]bool
		want   time.Duration
	}{{map[int]bool{1: true}, 3 * time.Second}, {map[int]bool{2: true}, 4 * time.Second}, {map[int]bool{1: true, 2: true}, 2 * time.Second}} {
		if got := l.longestGap(second(2), second(8), c.shards); got != c.want {
			t.Errorf("%v: %s, want %s", c.shards, got, c.want)
		}
	}
}
