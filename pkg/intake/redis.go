package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/redisconn"
)

const (
	keyBytes   = 32
	answersFor = 24 * time.Hour
)

// Redis stores keys and answers in Redis, for all servers that share it. Writes wait for
// the configured replicas: after a failover that lost an answer or a key, a report or a
// reporter would be taken for another. Redis appends a key to its file when it is created,
// and the key stays in the file when it is deleted. So each key is listed with its expiry,
// and is removed from the list only after Redis has rewritten its files.
type Redis struct {
	client  redis.UniversalClient
	rewrite func(context.Context) error
}

// NewRedis uses an existing client. rewrite makes Redis rewrite its files, and returns when
// that is done; it may take minutes.
func NewRedis(client redis.UniversalClient, rewrite func(context.Context) error) Redis {
	return Redis{client: client, rewrite: rewrite}
}

const (
	keyPrefix = "dp:key:"
	// endsKey is the hash of the expiries of keys, in Unix seconds, by name.
	endsKey = "dp:{keys}:ends"
	endsFor = 400 * 24 * time.Hour
	// sweepKey is held by the server that destroys keys. It is not released after a
	// failure, so that the next attempt waits until it expires.
	sweepKey   = "dp:{keys}:sweep"
	sweepAgain = 10 * time.Minute
	rewriteFor = 9 * time.Minute
)

func newKey() []byte {
	key := make([]byte, keyBytes)
	rand.Read(key) // never fails
	return key
}

// Key returns the key of a name. Servers that create it concurrently get the same key.
func (r Redis) Key(ctx context.Context, name string, until time.Time) ([]byte, error) {
	life := time.Duration(0)
	if !until.IsZero() {
		life = max(time.Second, time.Until(until))
		pipe := r.client.Pipeline()
		pipe.HSet(ctx, endsKey, name, until.Unix())
		pipe.Expire(ctx, endsKey, endsFor)
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, err
		}
	}
	name = keyPrefix + name
	ctx, _ = redisconn.WithOutcome(ctx)
	if err := r.client.SetNX(ctx, name, newKey(), life).Err(); err != nil {
		return nil, err
	}
	return r.client.Get(ctx, name).Bytes()
}

// Find returns the key of a name, or nil.
func (r Redis) Find(ctx context.Context, name string) ([]byte, error) {
	key, err := r.client.Get(ctx, keyPrefix+name).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return key, err
}

// Sweep deletes expired keys and makes Redis rewrite its files. One of several servers
// does so.
func (r Redis) Sweep(ctx context.Context, now time.Time) error {
	expired, err := r.expired(ctx, now)
	if err != nil || len(expired) == 0 {
		return err
	}
	mine, err := r.client.SetNX(ctx, sweepKey, "held", sweepAgain).Result()
	if err != nil || !mine {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, rewriteFor)
	defer cancel()
	for _, name := range expired { // one by one: in a cluster they are on several servers
		if err := r.client.Del(ctx, keyPrefix+name).Err(); err != nil {
			return err
		}
	}
	if err := r.rewrite(ctx); err != nil {
		return fmt.Errorf("removing expired keys from files of Redis: %w", err)
	}
	if err := r.client.HDel(ctx, endsKey, expired...).Err(); err != nil {
		return err
	}
	return r.client.Del(ctx, sweepKey).Err()
}

// expired lists the keys that have expired by now and are not certainly destroyed yet.
func (r Redis) expired(ctx context.Context, now time.Time) (names []string, err error) {
	ends, err := r.client.HGetAll(ctx, endsKey).Result()
	for name, text := range ends {
		end, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("reading the expiry of key %s: %w", name, err)
		}
		if end <= now.Unix() {
			names = append(names, name)
		}
	}
	return names, err
}

// Claim stores a value unless there is one, and returns the stored one.
func (r Redis) Claim(ctx context.Context, name string, value []byte) ([]byte, error) {
	name = "dp:answer:" + name
	ctx, _ = redisconn.WithOutcome(ctx)
	if err := r.client.SetNX(ctx, name, value, answersFor).Err(); err != nil {
		return nil, err
	}
	return r.client.Get(ctx, name).Bytes()
}

// Complete replaces a value.
func (r Redis) Complete(ctx context.Context, name string, value []byte) error {
	ctx, _ = redisconn.WithOutcome(ctx)
	return r.client.Set(ctx, "dp:answer:"+name, value, answersFor).Err()
}
