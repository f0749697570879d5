package redisconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrReplicas is the error of a write that Redis executed and that too few replicas
// confirmed in time. A failover may lose it.
var ErrReplicas = errors.New("too few replicas confirmed the write")

// Outcome collects the results of the writes of one context. It is safe for concurrent
// use.
type Outcome struct {
	mutex    sync.Mutex
	possible map[redis.Cmder]bool
}

type outcomeKey struct{}

// replicates reports whether WithOutcome applies to a command.
func replicates(cmd redis.Cmder) bool {
	switch cmd.Name() {
	case "eval", "evalsha", "set", "setnx", "xtrim", "xrange":
		return true
	}
	return false
}

// WithOutcome marks the scripts, SET, XTRIM and XRANGE made with the context: each succeeds
// only after Config.Replicas replicas have confirmed the data that it wrote or read, and the
// Outcome has those that failed and may have been executed. WAIT covers all earlier writes
// of the master, so that a script that finds the result of an earlier attempt, or a reader
// of a stream, does not rely on an entry that a failover can lose.
func WithOutcome(ctx context.Context) (context.Context, *Outcome) {
	o := &Outcome{possible: map[redis.Cmder]bool{}}
	return context.WithValue(ctx, outcomeKey{}, o), o
}

// Possible reports whether a command that failed may have been executed: one of its attempts
// was sent and has no reply, or was not confirmed by replicas.
func (o *Outcome) Possible(cmd redis.Cmder) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.possible[cmd]
}

// Any reports whether any command that failed may have been executed.
func (o *Outcome) Any() bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return len(o.possible) > 0
}

// record records one attempt of commands.
func (o *Outcome) record(cmds []redis.Cmder) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil && !neverSent(err) {
			o.possible[cmd] = true
		}
	}
}

// neverSent reports an error after which the command had certainly no effect: Redis replied
// with an error, or there was no connection.
func neverSent(err error) bool {
	var answer redis.Error
	var network *net.OpError
	switch {
	case errors.Is(err, ErrReplicas):
		return false
	case errors.As(err, &answer), errors.Is(err, redis.ErrPoolTimeout), errors.Is(err, redis.ErrPoolExhausted):
		return true
	case errors.As(err, &network):
		return network.Op == "dial"
	}
	return false
}

// hooks wrap every command that a client sends to one server, and so each attempt of the
// cluster's client.
type hooks struct {
	client   *redis.Client
	address  string
	replicas int
	within   time.Duration
}

func withHooks(client *redis.Client, config Config) *redis.Client {
	client.AddHook(hooks{client, client.Options().Addr, config.Replicas, config.ReplicasWithin})
	return client
}

// DialHook changes nothing.
func (h hooks) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook wraps a single command. One that waits for replicas is sent as a pipeline,
// because WAIT covers only the writes of its own connection.
func (h hooks) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		outcome, marked := ctx.Value(outcomeKey{}).(*Outcome)
		if marked && h.replicas > 0 && replicates(cmd) {
			pipe := h.client.Pipeline()
			_ = pipe.Process(ctx, cmd) // only queues the command
			_, err := pipe.Exec(ctx)
			return err
		}
		if _, asksLayout := cmd.(*redis.ClusterSlotsCmd); asksLayout {
			bounded, cancel := context.WithTimeout(ctx, layoutPatience)
			defer cancel()
			ctx = bounded
		}
		err := next(ctx, cmd)
		if wholeLayout(cmd, err, h.address) {
			return nil
		}
		if cmd.SetErr(err); marked && replicates(cmd) {
			outcome.record([]redis.Cmder{cmd})
		}
		countErrors(cmd)
		return err
	}
}

// ProcessPipelineHook wraps the commands of one round trip.
func (h hooks) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		defer countErrors(cmds...)
		outcome, marked := ctx.Value(outcomeKey{}).(*Outcome)
		if !marked || !slices.ContainsFunc(cmds, replicates) {
			return next(ctx, cmds) // such as those that open a connection
		}
		err := h.replicated(ctx, cmds, next)
		outcome.record(cmds)
		return err
	}
}

// replicated sends commands followed by WAIT, if replicas are configured, and fails the
// commands where too few replicas confirm.
func (h hooks) replicated(ctx context.Context, cmds []redis.Cmder, next redis.ProcessPipelineHook) error {
	if h.replicas == 0 {
		return next(ctx, cmds)
	}
	ctx, cancel := context.WithTimeout(ctx, h.within+writePatience)
	defer cancel()
	wait := redis.NewIntCmd(ctx, "wait", h.replicas, h.within.Milliseconds())
	err := next(ctx, append(slices.Clip(cmds), wait))
	if wait.Err() == nil && wait.Val() >= int64(h.replicas) {
		return err
	}
	short := fmt.Errorf("%w: %d of %d", ErrReplicas, wait.Val(), h.replicas)
	for _, cmd := range cmds {
		if cmd.Err() == nil {
			cmd.SetErr(short)
		}
	}
	return errors.Join(err, short)
}
