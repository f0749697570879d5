package redisconn

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/redistest"
)

func open(t *testing.T, config Config) *Conn {
	t.Helper()
	connection, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ticks := time.NewTicker(20 * time.Millisecond)
	defer ticks.Stop()
	late := time.After(30 * time.Second)
	for !holds() {
		select {
		case <-ticks.C:
		case <-late:
			t.Fatalf("%s: not within half a minute", what)
		}
	}
}

func TestNoErrorQuotesAnAddress(t *testing.T) {
	for _, address := range []string{
		"redis://:sec/ret#1@h", "redis://u:sec%zzret@h:6379", "redis://u:secret@h:port", "redis://u:secret@h/x/y", "http://u:secret@h",
		"redis://u:secret@h/secret", "redis://u:secret@h?secret=1", "secret", "unix://secret", "redis://u:secret\n@h",
	} {
		for _, all := range [][]string{{address}, {"redis://u:secret@h", address}, {"redis://:secret@h", "redis://:secret2@h"}} {
			if _, err := Open(Config{Addresses: all}); err == nil || strings.Contains(err.Error(), "sec") || strings.Contains(err.Error(), "ret") {
				t.Errorf("%q: %v", all, err)
			}
		}
	}
}

func TestAClusterIsRecognisedBehindOneAddress(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0)
	for name, addresses := range map[string][]string{
		"one":     {cluster.Servers[1].URL()},
		"several": {cluster.Servers[2].URL(), "redis://127.0.0.1:1", cluster.Servers[0].URL()},
	} {
		connection := open(t, Config{Addresses: addresses})
		if answered, err := connection.Check(t.Context()); !answered || err != nil {
			t.Errorf("%s: %v, %v", name, answered, err)
		}
		for i := range 50 {
			if err := connection.Client().Set(t.Context(), fmt.Sprint("key", i), i, time.Minute).Err(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	_, err := open(t, Config{Addresses: []string{cluster.Servers[0].URL() + "/3"}}).Check(t.Context())
	misfits(t, err, "has no database 3")
}

func misfits(t *testing.T, err error, says string) {
	t.Helper()
	var misfit *MisfitError
	if !errors.As(err, &misfit) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %v, want %q", err, says)
	}
}

func TestASingleServerIsOne(t *testing.T) {
	server := redistest.Start(t)
	connection := open(t, Config{Addresses: []string{server.URL() + "/3"}})
	if answered, err := connection.Check(t.Context()); !answered || err != nil {
		t.Errorf("%v, %v", answered, err)
	}
	pipe := connection.Client().Pipeline()
	for i := range 50 {
		pipe.Set(t.Context(), fmt.Sprint("key", i), i, time.Minute)
	}
	if _, err := pipe.Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys := server.Do(t, "info", "keyspace").Val(); !strings.Contains(fmt.Sprint(keys), "db3:keys=50") {
		t.Errorf("the keys are elsewhere: %v", keys)
	}
	if setting := connection.Appendfsync(t.Context()); setting != "always" {
		t.Errorf("appendfsync is %q", setting)
	}
	other := redistest.Start(t)
	_, err := open(t, Config{Addresses: []string{server.URL(), other.URL()}}).Check(t.Context())
	misfits(t, err, "is not part of a cluster")
}

func TestASentinelIsRejected(t *testing.T) {
	settings := filepath.Join(t.TempDir(), "sentinel.conf")
	if err := os.WriteFile(settings, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sentinel := redistest.StartFrom(t, settings, "--sentinel")
	_, err := open(t, Config{Addresses: []string{sentinel.URL()}}).Check(t.Context())
	misfits(t, err, "is a Sentinel")
}

func TestVersions(t *testing.T) {
	for version, old := range map[string]bool{"5.0.14": true, "6.0.16": true, "6.2.0": false, "7.4.1": false, "10.0": false, "": false, "x": false} {
		if tooOld(version) != old {
			t.Errorf("%q: %v", version, !old)
		}
	}
}

// AwaitFit waits for a server that does not listen yet, and checks it when it replies.
func TestAwaitFit(t *testing.T) {
	late := redistest.Start(t)
	late.Kill()
	connection := open(t, Config{Addresses: []string{late.URL(), "redis://127.0.0.1:1"}})
	if answered, err := connection.Check(t.Context()); answered || err != nil {
		t.Fatalf("%v, %v", answered, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- connection.AwaitFit(t.Context()) }()
	late.Run(t)
	misfits(t, <-ended, "is not part of a cluster")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := open(t, Config{Addresses: []string{"redis://127.0.0.1:1"}}).AwaitFit(ctx); err != nil {
		t.Error(err)
	}
}

func TestOutcomes(t *testing.T) {
	server := redistest.Start(t)
	connection := open(t, Config{Addresses: []string{server.URL()}})
	client := connection.Client()
	set := func(pipelined bool) (cmd redis.Cmder, outcome *Outcome) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		ctx, outcome = WithOutcome(ctx)
		if !pipelined {
			return client.Set(ctx, "key", "value", time.Minute), outcome
		}
		pipe := client.Pipeline()
		cmd = pipe.Set(ctx, "key", "value", time.Minute)
		_, _ = pipe.Exec(ctx)
		return cmd, outcome
	}
	each := func(name string, failed, possible bool) {
		t.Helper()
		for _, pipelined := range []bool{false, true} {
			cmd, outcome := set(pipelined)
			if (cmd.Err() != nil) != failed || outcome.Possible(cmd) != possible || outcome.Any() != possible {
				t.Errorf("%s, pipelined %v: %v, possible %v", name, pipelined, cmd.Err(), outcome.Possible(cmd))
			}
		}
	}
	each("a good write", false, false)
	server.Do(t, "config", "set", "maxmemory", "1")
	each("out of memory", true, false)
	server.Do(t, "config", "set", "maxmemory", "0")
	server.Do(t, "replicaof", "127.0.0.1", "1")
	each("a replica", true, false)
	server.Do(t, "replicaof", "no", "one")
	eventually(t, "writing again", func() bool { cmd, _ := set(false); return cmd.Err() == nil })
	server.Signal(t, stopSignal)
	each("a server that hangs", true, true)
	server.Signal(t, continueSignal)
	eventually(t, "writing again", func() bool { cmd, _ := set(true); return cmd.Err() == nil })
	server.Kill()
	_, _ = set(false) // finds the connections closed
	_, _ = set(true)
	each("no server", true, false)
}

func TestWaitingForReplicas(t *testing.T) {
	master, replica := redistest.Start(t), redistest.Start(t, "--repl-diskless-sync-delay", "0")
	host, port, _ := strings.Cut(master.Addr, ":")
	connection := open(t, Config{Addresses: []string{master.URL()}, Replicas: 1, ReplicasWithin: 100 * time.Millisecond})
	client := connection.Client()
	set := func(marked bool) error {
		ctx := t.Context()
		if marked {
			ctx, _ = WithOutcome(ctx)
		}
		pipe := client.Pipeline()
		one, two := pipe.Set(ctx, "key", "value", time.Minute), pipe.Set(ctx, "{key}2", "value", time.Minute)
		_, _ = pipe.Exec(ctx)
		return errors.Join(one.Err(), two.Err(), client.Set(ctx, "key", "value", time.Minute).Err())
	}
	if err := set(true); !errors.Is(err, ErrReplicas) || Reason(err) != "too few redis replicas confirm writes" {
		t.Errorf("without a replica: %v", err)
	}
	if err := set(false); err != nil {
		t.Errorf("a write that is not marked waits: %v", err)
	}
	replica.Do(t, "replicaof", host, port)
	eventually(t, "the replica confirms", func() bool { return set(true) == nil })
	replica.Signal(t, stopSignal)
	ctx, outcome := WithOutcome(t.Context())
	cmd := client.Set(ctx, "key", "value", time.Minute)
	if !errors.Is(cmd.Err(), ErrReplicas) || !outcome.Possible(cmd) {
		t.Errorf("with a replica that hangs: %v", cmd.Err())
	}
	// What was written before, on whatever connection, is not confirmed by finding
	// it: a report that is sent again must not be acknowledged by the ledger alone,
	// and no record is archived that a failover can take away.
	if err := client.XAdd(t.Context(), &redis.XAddArgs{Stream: "stream", Values: []string{"r", "x"}}).Err(); err != nil {
		t.Fatal(err)
	}
	other := open(t, Config{Addresses: []string{master.URL()}, Replicas: 1, ReplicasWithin: 100 * time.Millisecond}).Client()
	for name, read := range map[string]func(context.Context) error{
		"a script that only reads": func(ctx context.Context) error {
			return other.Eval(ctx, "return redis.call('GET', KEYS[1])", []string{"key"}).Err()
		},
		"a stream": func(ctx context.Context) error { return other.XRange(ctx, "stream", "-", "+").Err() },
	} {
		ctx, _ := WithOutcome(t.Context())
		if err := read(ctx); !errors.Is(err, ErrReplicas) {
			t.Errorf("%s, with a replica that hangs: %v", name, err)
		}
	}
	replica.Signal(t, continueSignal)
	eventually(t, "the replica confirms what was read", func() bool {
		ctx, _ := WithOutcome(t.Context())
		return other.XRange(ctx, "stream", "-", "+").Err() == nil
	})
}

func TestReasons(t *testing.T) {
	server := redistest.Start(t)
	client := open(t, Config{Addresses: []string{server.URL()}}).Client()
	write := func() string {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return Reason(client.Eval(ctx, "redis.call('SET', KEYS[1], 'x', 'EX', 60)", []string{"key"}).Err())
	}
	server.Do(t, "config", "set", "maxmemory", "1")
	if got := write(); got != "redis is out of memory" {
		t.Error(got)
	}
	server.Do(t, "config", "set", "maxmemory", "0")
	server.Do(t, "config", "set", "min-replicas-to-write", "1")
	if got := write(); got != "redis has too few replicas" {
		t.Error(got)
	}
	server.Do(t, "config", "set", "min-replicas-to-write", "0")
	server.Do(t, "acl", "setuser", "default", "-set")
	if got := write(); got != "redis does not permit this user what is needed" {
		t.Error(got)
	}
	server.Do(t, "acl", "setuser", "default", "+set")
	server.Do(t, "replicaof", "127.0.0.1", "1")
	if got := write(); got != "redis is a read-only replica" {
		t.Error(got)
	}
	server.Do(t, "config", "set", "requirepass", "secret")
	for address, want := range map[string]string{
		server.URL():                    "redis asks for a password",
		"redis://:wrong@" + server.Addr: "redis refuses the user or the password",
	} {
		err := open(t, Config{Addresses: []string{address}}).Client().Set(t.Context(), "key", "value", time.Minute).Err()
		if got := Reason(err); got != want {
			t.Errorf("%s: %v", got, err)
		}
	}
	server.Kill()
	if got := write(); got != "redis does not answer" {
		t.Error(got)
	}
}
