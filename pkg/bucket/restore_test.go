package bucket

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redisconn"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// TestHotAfterDataLoss flushes Redis between two refreshes. The window must drop the old
// counts, whether Redis has since counted less, as much or more than before.
func TestHotAfterDataLoss(t *testing.T) {
	for name, after := range map[string]int{"nothing since": 0, "less since": 1, "as much since": 3, "more since": 7} {
		t.Run(name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
				b := newBench(t, client)
				for reporter := range uint64(3) {
					b.add(b.report(reporter+1, "whatsapp", outage.Problem))
				}
				if got := b.total("whatsapp", outage.Problem); got != 3 {
					t.Fatalf("before the loss: %d", got)
				}
				b.at("10:05:00")
				b.flush()
				for reporter := range uint64(after) {
					b.add(b.report(reporter+1, "whatsapp", outage.Problem))
				}
				if got := b.total("whatsapp", outage.Problem); got != int64(after) {
					t.Errorf("after the loss: %d, want %d", got, after)
				}
			})
		})
	}
}

// flush deletes all data of Redis and restores it from an empty archive.
func (b *bench) flush() {
	b.t.Helper()
	if err := b.redis.client.FlushAll(context.Background()).Err(); err != nil {
		b.t.Fatal(err)
	}
	if err := b.store.Restore(context.Background(), nil); err != nil {
		b.t.Fatal(err)
	}
}

// broken fails some commands of a client.
type broken struct{ fails func(redis.Cmder) bool }

var errBroken = errors.New("broken for the test")

func (broken) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (h *broken) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		if h.fails != nil && h.fails(command) {
			command.SetErr(errBroken)
			return errBroken
		}
		return next(ctx, command)
	}
}

func (h *broken) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		for _, command := range commands {
			if h.fails != nil && h.fails(command) {
				for _, command := range commands {
					command.SetErr(errBroken)
				}
				return errBroken
			}
		}
		return next(ctx, commands)
	}
}

// TestLossIsFoundAgain fails the refresh that finds the loss.
func TestLossIsFoundAgain(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		fault := &broken{}
		client.AddHook(fault)
		b := newBench(t, client)
		b.add(b.report(1, "whatsapp", outage.Problem))
		if got := b.total("whatsapp", outage.Problem); got != 1 {
			t.Fatalf("before the loss: %d", got)
		}
		b.at("10:05:00")
		b.flush()
		b.add(b.report(2, "facebook", outage.Problem))
		fault.fails = func(command redis.Cmder) bool { return strings.EqualFold(command.Name(), "hgetall") }
		if err := b.hot.Refresh(context.Background()); !errors.Is(err, errBroken) {
			t.Fatalf("the refresh ended with %v", err)
		}
		fault.fails = nil
		if got := b.total("whatsapp", outage.Problem); got != 0 {
			t.Errorf("%d lost reports are still shown", got)
		}
		if got := b.total("facebook", outage.Problem); got != 1 {
			t.Errorf("%d reports are shown since the loss", got)
		}
	})
}

// asServed is a client with the options of the server.
func asServed(t *testing.T, server *redistest.Server) redis.UniversalClient {
	t.Helper()
	opened, err := redisconn.Open(redisconn.Config{Addresses: []string{server.URL()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	return opened.Client()
}

func TestReadingWhileRedisIsUnavailable(t *testing.T) {
	server := redistest.Start(t)
	b := newBench(t, asServed(t, server))
	b.add(b.report(1, "whatsapp", outage.Problem))
	before := b.counts(outage.Query{Service: "whatsapp"})
	refreshed := b.hot.Refreshed()
	server.Kill()
	b.at("10:02:00")
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if err := b.hot.Refresh(ctx); err == nil {
		t.Error("the refresh returned no error")
	}
	after, err := b.hot.Counts(ctx, outage.Query{Service: "whatsapp", Span: b.hot.Span()})
	if err != nil || len(after) != 1 || after[0].N != before[0].N {
		t.Errorf("reading gives %+v and %v, before it was %+v", after, err, before)
	}
	if !b.hot.Refreshed().Equal(refreshed) {
		t.Error("Refreshed changed")
	}
}

// TestAddWhileRedisIsUnavailable rejects reports within the timeout and with a
// Retry-After, and accepts the same ones, once each, when Redis is back.
func TestAddWhileRedisIsUnavailable(t *testing.T) {
	server := redistest.Start(t)
	b := newBench(t, asServed(t, server))
	b.add(b.report(1, "whatsapp", outage.Problem))
	b.store.Patience = 300 * time.Millisecond
	report := b.report(2, "whatsapp", outage.Problem)
	server.Kill()
	for range 2 {
		_, err := b.store.Add(context.Background(), report)
		known := outage.AsError(err)
		if known == nil || known.RetryAfter <= 0 || known.Code != outage.CodeUnavailable && known.Code != outage.CodeOutcomeUnknown {
			t.Fatalf("without Redis, Add ends with %v", err)
		}
	}
	if err := b.store.Undo(context.Background(), report.ID, report.UndoHash); outage.AsError(err) == nil {
		t.Errorf("without Redis, Undo ends with %v", err)
	}
	server.Run(t)
	if !b.addWhenBack(report) || !b.add(report) {
		t.Error("the report did not count when Redis was back")
	}
	if got := b.total("whatsapp", outage.Problem); got != 2 {
		t.Errorf("%d reports are counted, want 2", got)
	}
	if got := len(b.entries()); got != 2 {
		t.Errorf("the log holds %d entries, want 2", got)
	}
}

// addWhenBack retries until a report is added: after a failure the driver waits a second
// before it dials again.
func (b *bench) addWhenBack(report outage.Report) (counted bool) {
	b.t.Helper()
	tries := time.NewTicker(20 * time.Millisecond)
	defer tries.Stop()
	for range 1000 {
		counted, err := b.store.Add(context.Background(), report)
		if err == nil {
			return counted
		}
		<-tries.C
	}
	b.t.Fatal("Redis is back and reports are still rejected")
	return false
}

// TestAddWhileRedisHangs uses a Redis that accepts connections and never replies. The call
// must end by Config.Patience.
func TestAddWhileRedisHangs(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			defer connection.Close() // held until the test ends
		}
	}()
	hung, err := redisconn.Open(redisconn.Config{Addresses: []string{"redis://" + listener.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	defer hung.Close()
	store := NewStore(Config{Redis: NewRedis(hung.Client(), nil), Patience: 50 * time.Millisecond})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- store.Run(ctx) }()
	report := outage.Report{ID: outage.NewReportID(1, time.Now()), Service: "whatsapp", Kind: outage.Problem, Country: countrytest.IN, At: time.Now()}
	_, err = store.Add(context.Background(), report)
	// Where even the greeting of the connection hangs, nothing was sent.
	if known := outage.AsError(err); known == nil || known.Code != outage.CodeOutcomeUnknown && known.Code != outage.CodeUnavailable {
		t.Errorf("Add ends with %v", err)
	}
	if err := store.Undo(context.Background(), report.ID, 1); outage.AsError(err) == nil {
		t.Errorf("Undo ends with %v", err)
	}
	cancel()
	<-ended
}
