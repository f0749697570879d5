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

// redisTick is the interval in which the TTLs of the embedded Redis are reduced. A key may
// expire up to one interval early, because one that was written between two ticks is reduced
// by all of it. Each tick iterates over all keys, of which an import has many.
const redisTick = 5 * time.Second

// Redis is a Redis in the process, for a single server. It listens on a free port of the
// loopback interface, with a random password. It is not persistent.
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

// URL is the address and the password for Redis clients. It is a secret.
func (r *Redis) URL() string { return "redis://:" + r.password + "@" + r.Addr() }

// Close stops it and drops its data.
func (r *Redis) Close() error {
	r.once.Do(r.stop)
	<-r.stopped
	return nil
}

// run reduces the TTLs until ctx ends.
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

// age reduces every TTL by the time between two instants and returns the later one. Commands
// that use the time of day (TIME, EXPIREAT, the ids of streams) follow the clock by
// themselves. The server's own aging would iterate over all keys at every command.
func (r *Redis) age(from, to time.Time) time.Time {
	if to.After(from) {
		r.server.FastForward(to.Sub(from))
	}
	return to
}
