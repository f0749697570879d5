package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// swapScript replaces a state if it equals the given one; "" stands for no state.
var swapScript = redis.NewScript(`
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`)

// RedisState stores one small state under a key in Redis. All servers may change it.
type RedisState struct {
	client redis.UniversalClient
	key    string
}

// NewRedisState uses an existing client. The key has no expiry: it holds one value that is
// always replaced.
func NewRedisState(client redis.UniversalClient, key string) RedisState {
	return RedisState{client: client, key: key}
}

// Load returns the state, or nil.
func (s RedisState) Load(ctx context.Context) ([]byte, error) {
	state, err := s.client.Get(ctx, s.key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", s.key, err)
	}
	return state, nil
}

// Swap replaces the state, and returns false where it is not before.
func (s RedisState) Swap(ctx context.Context, before, after []byte) (bool, error) {
	swapped, err := swapScript.Run(ctx, s.client, []string{s.key}, string(before), string(after)).Int()
	if err != nil {
		return false, fmt.Errorf("writing %s: %w", s.key, err)
	}
	return swapped == 1, nil
}
