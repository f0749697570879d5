// Package lease elects one of several servers for a piece of work, and protects the
// state of that work from writes of a former holder.
//
// A lease is a key in Redis that expires. Its term is a fencing number that grows whenever
// the lease is taken again. A state is written only by the holder of the current term: a
// server that was stopped for a while gets ErrLost at its first write. A new holder must
// read the state again. Only Redis measures how long a lease lasts, no server's clock.
package lease

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrLost means that another server holds the lease, or has held it since this server
// last did.
var ErrLost = errors.New("the lease is lost")

// The keys of a lease and of the states under it share a hash tag, so that a script may
// use them together in a cluster. Term and state have no expiry: the term must never
// decrease, the state is always replaced.
var (
	holdScript = redis.NewScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if holder then return tonumber(redis.call('GET', KEYS[2]) or 1) end
return redis.call('INCR', KEYS[2])`)
	releaseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0`)
	storeScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[3], ARGV[3])
return 1`)
)

// Lease is one server's view of a lease. It is safe for concurrent use.
type Lease struct {
	client redis.UniversalClient
	key    string
	holder string
	length time.Duration
	term   atomic.Int64 // 0 while another holds it
}

// New uses an existing client. The key has a hash tag; the holder is a name that no other
// server has.
func New(client redis.UniversalClient, key, holder string, length time.Duration) *Lease {
	return &Lease{client: client, key: key, holder: holder, length: length}
}

// Length is how long the lease lasts when it is not renewed.
func (l *Lease) Length() time.Duration { return l.length }

// Hold takes or renews the lease. held is false while another server has it.
func (l *Lease) Hold(ctx context.Context) (term int64, held bool, err error) {
	term, err = holdScript.Run(ctx, l.client, []string{l.key, l.key + ":term"}, l.holder, l.length.Milliseconds()).Int64()
	if err != nil {
		return 0, false, fmt.Errorf("taking lease %s: %w", l.key, err)
	}
	l.term.Store(term)
	return term, term != 0, nil
}

// Release ends the lease, so that another server can take it at once.
func (l *Lease) Release(ctx context.Context) error {
	l.term.Store(0)
	if err := releaseScript.Run(ctx, l.client, []string{l.key}, l.holder).Err(); err != nil {
		return fmt.Errorf("releasing lease %s: %w", l.key, err)
	}
	return nil
}

// State stores one state under the lease. It is written only in the term in which it was
// last read. The key has the hash tag of the lease.
type State struct {
	lease *Lease
	key   string
	term  atomic.Int64 // in which it was read
}

// State is the state under a key.
func (l *Lease) State(key string) *State { return &State{lease: l, key: key} }

// Load returns the state, or nil. Servers without the lease may read it.
func (s *State) Load(ctx context.Context) ([]byte, error) {
	s.term.Store(s.lease.term.Load()) // first, so that Store fails if the lease is lost during the read
	state, err := s.lease.client.Get(ctx, s.key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", s.key, err)
	}
	return state, nil
}

// Store replaces the state, or returns ErrLost.
func (s *State) Store(ctx context.Context, state []byte) error {
	keys := []string{s.lease.key, s.lease.key + ":term", s.key}
	stored, err := storeScript.Run(ctx, s.lease.client, keys, s.lease.holder, s.term.Load(), state).Int()
	if err != nil {
		return fmt.Errorf("writing %s: %w", s.key, err)
	}
	if stored == 0 {
		return ErrLost
	}
	return nil
}
