package notify

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// keys of all entries share a hash tag, so that one transaction writes them in a cluster.
// They hold what must stay, and have no expiry; events and incidents are deleted when
// they are over.
const keys = "dp:{notify}:"

// RedisStore stores entries in Redis, a hash by kind.
type RedisStore struct{ client redis.UniversalClient }

// NewRedisStore uses an existing client.
func NewRedisStore(client redis.UniversalClient) RedisStore { return RedisStore{client} }

// Get is that of Store.
func (r RedisStore) Get(ctx context.Context, kind, name string) ([]byte, error) {
	value, err := r.client.HGet(ctx, keys+kind, name).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s of notifications: %w", kind, err)
	}
	return value, nil
}

// All is that of Store.
func (r RedisStore) All(ctx context.Context, kind string) (map[string][]byte, error) {
	values, err := r.client.HGetAll(ctx, keys+kind).Result()
	if err != nil {
		return nil, fmt.Errorf("reading %s of notifications: %w", kind, err)
	}
	found := make(map[string][]byte, len(values))
	for name, value := range values {
		found[name] = []byte(value)
	}
	return found, nil
}

// Count is that of Store.
func (r RedisStore) Count(ctx context.Context, kind string) (int, error) {
	n, err := r.client.HLen(ctx, keys+kind).Result()
	if err != nil {
		return 0, fmt.Errorf("counting %s of notifications: %w", kind, err)
	}
	return int(n), nil
}

// Claim is that of Store.
func (r RedisStore) Claim(ctx context.Context, entry Entry) ([]byte, error) {
	made, err := r.client.HSetNX(ctx, keys+entry.Kind, entry.Name, entry.Value).Result()
	if err != nil {
		return nil, fmt.Errorf("writing %s of notifications: %w", entry.Kind, err)
	}
	if made {
		return entry.Value, nil
	}
	return r.Get(ctx, entry.Kind, entry.Name)
}

// Write is that of Store.
func (r RedisStore) Write(ctx context.Context, entries []Entry) error {
	_, err := r.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, e := range entries {
			if e.Value == nil {
				pipe.HDel(ctx, keys+e.Kind, e.Name)
			} else {
				pipe.HSet(ctx, keys+e.Kind, e.Name, e.Value)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing notifications: %w", err)
	}
	return nil
}
