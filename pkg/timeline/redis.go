package timeline

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// RedisState keeps one state under a name in Redis, for all servers.
type RedisState struct {
	client redis.UniversalClient
	key    string
}

// NewRedisState uses a client that is already made. The key has no expiry: it
// holds one value that is always replaced.
func NewRedisState(client redis.UniversalClient, name string) RedisState {
	return RedisState{client: client, key: "dp:{detect}:" + name}
}

// Load gives the state, or nil.
func (s RedisState) Load(ctx context.Context) ([]byte, error) {
	state, err := s.client.Get(ctx, s.key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return state, err
}

// Store replaces the state.
func (s RedisState) Store(ctx context.Context, state []byte) error {
	return s.client.Set(ctx, s.key, state, 0).Err()
}
