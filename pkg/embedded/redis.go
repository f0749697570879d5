package embedded

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// redisTick is how often the keys of the embedded Redis age. A key may expire
// up to this much early, since one that was written between two ticks ages by
// the whole of it. Each tick walks over all keys in the order of their names,
// which an import makes many of, so that it must not come too often.
const redisTick = 5 * time.Second

// Redis is a Redis inside the process, for one machine and one server. It
// listens on the loopback interface, on a port of its own, and wants a
// password that only this process knows. It keeps nothing on disk.
type Redis struct {
	server   *miniredis.Miniredis
	address  string
	password string
	logger   *slog.Logger
	stop     context.CancelFunc
	stopped  chan struct{}
	once     sync.Once
}

// StartRedis starts it. It runs until Close, or until ctx ends.
func StartRedis(ctx context.Context, logger *slog.Logger) (*Redis, error) {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	r := &Redis{
		server:   miniredis.NewMiniRedis(),
		password: rand.Text(),
		logger:   logger,
		stopped:  make(chan struct{}),
	}
	r.server.RequireAuth(r.password)
	if err := r.server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("starting the embedded redis: %w", err)
	}
	r.address = r.server.Addr()
	ctx, r.stop = context.WithCancel(ctx)
	go r.run(ctx)
	logger.Info("embedded redis started", "address", r.Addr())
	return r, nil
}

// Addr is where it listens, "127.0.0.1:port".
func (r *Redis) Addr() string { return r.address }

// URL is the address and the password as Redis clients read them, so it is a secret.
func (r *Redis) URL() string { return "redis://:" + r.password + "@" + r.Addr() }

// Close stops it and drops everything in it.
func (r *Redis) Close() error {
	r.once.Do(r.stop)
	<-r.stopped
	return nil
}

// run lets the keys age until ctx ends.
func (r *Redis) run(ctx context.Context) {
	defer close(r.stopped)
	defer r.server.Close()
	ticker := time.NewTicker(redisTick)
	defer ticker.Stop()
	aged := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			aged = r.age(aged, time.Now())
		}
	}
}

// age takes the time between two instants off every TTL and gives the later
// one back. Only TTLs need it: the commands that tell or use the time of day
// (TIME, EXPIREAT, the ids of streams) follow the clock by themselves. Letting
// the server age its keys too would walk over all of them at every command.
func (r *Redis) age(from, to time.Time) time.Time {
	if to.After(from) {
		r.server.FastForward(to.Sub(from))
	}
	return to
}
