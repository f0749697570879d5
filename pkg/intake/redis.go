package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	keyBytes   = 32
	answersFor = 24 * time.Hour
)

// Redis keeps keys and answers in Redis, for all servers that share it.
type Redis struct{ client redis.UniversalClient }

// NewRedis uses a client that is already made.
func NewRedis(client redis.UniversalClient) Redis { return Redis{client: client} }

func newKey() []byte {
	key := make([]byte, keyBytes)
	rand.Read(key) // never fails
	return key
}

// Key gives the key of a name; of several servers that make it at once, one
// wins, and all get its key.
func (r Redis) Key(ctx context.Context, name string, until time.Time) ([]byte, error) {
	name = "dp:key:" + name
	life := time.Duration(0)
	if !until.IsZero() {
		life = max(time.Second, time.Until(until))
	}
	if err := r.client.SetNX(ctx, name, newKey(), life).Err(); err != nil {
		return nil, err
	}
	return r.client.Get(ctx, name).Bytes()
}

// Find gives the key of a name, or nil.
func (r Redis) Find(ctx context.Context, name string) ([]byte, error) {
	key, err := r.client.Get(ctx, "dp:key:"+name).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return key, err
}

// Sweep has nothing to do: Redis destroys keys when they are over.
func (r Redis) Sweep(context.Context, time.Time) error { return nil }

// Claim stores a value unless there is one, and gives the one that stands.
func (r Redis) Claim(ctx context.Context, name string, value []byte) ([]byte, error) {
	name = "dp:answer:" + name
	if err := r.client.SetNX(ctx, name, value, answersFor).Err(); err != nil {
		return nil, err
	}
	return r.client.Get(ctx, name).Bytes()
}

// Complete replaces a value.
func (r Redis) Complete(ctx context.Context, name string, value []byte) error {
	return r.client.Set(ctx, "dp:answer:"+name, value, answersFor).Err()
}
