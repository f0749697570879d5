package redisconn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/redistest"
)

func TestKindsOfErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{redis.Nil, ""},
		{context.Canceled, ""},
		{fmt.Errorf("reading: %w", context.DeadlineExceeded), kindTimeout},
		{redis.ErrPoolTimeout, kindTimeout},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, kindTimeout},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, kindConnection},
		{io.EOF, kindConnection},
		{fmt.Errorf("%w: 0 of 1", ErrReplicas), kindReplicas},
	} {
		if got := kindOf(c.err); got != c.want {
			t.Errorf("%v is %q, want %q", c.err, got, c.want)
		}
	}
}

// Errors of Redis are distinguished by their first word.
func TestAnswersThatAreErrors(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	ctx := context.Background()
	if err := client.Set(ctx, "text", "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if err := client.LPush(ctx, "text", "y").Err(); kindOf(err) != kindRefused {
		t.Errorf("%v is %q", err, kindOf(err))
	}
	if err := client.EvalSha(ctx, "0000000000000000000000000000000000000000", nil).Err(); err == nil || kindOf(err) != "" {
		t.Errorf("%v is %q", err, kindOf(err))
	}
}

func TestRoundTripsAreCountedOnce(t *testing.T) {
	server := redistest.Start(t)
	connection, err := OpenSingle(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	ctx := context.Background()
	failures := func() float64 {
		t.Helper()
		return counterValue(t, kindConnection) + counterValue(t, kindTimeout)
	}
	pipe := func() {
		pipe := connection.Client().Pipeline()
		for range 5 {
			pipe.Get(ctx, "missing")
		}
		_, _ = pipe.Exec(ctx)
	}
	before := failures()
	pipe()
	if got := failures() - before; got != 0 {
		t.Errorf("%v failures of a Redis that works", got)
	}
	server.Kill()
	pipe()
	if got := failures() - before; got != 1 {
		t.Errorf("%v failures of one round trip to a Redis that is gone, want 1", got)
	}
}

// counterValue reads the counter of a kind.
func counterValue(t *testing.T, kind string) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(errorsTotal)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, metric := range families[0].GetMetric() {
		if metric.GetLabel()[0].GetValue() == kind {
			return metric.GetCounter().GetValue()
		}
	}
	t.Fatalf("no errors of kind %s", kind)
	return 0
}
