package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/lease"
	"github.com/open-downpour/downpour/pkg/redisconn"
)

const (
	currentKey = "dp:{archive}:plan"
	leadKey    = "dp:{archive}:lead"
)

// The key has no expiry: the current batch must not be lost. It is deleted when the batch
// is done.
var (
	advanceScript = redis.NewScript(`
local current = redis.call('GET', KEYS[1])
if not current or cjson.decode(current).token ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2]) end
return 1`)
)

// RedisBatchLog stores the current batch in Redis.
type RedisBatchLog struct{ client redis.UniversalClient }

// NewRedisBatchLog uses an existing client.
func NewRedisBatchLog(client redis.UniversalClient) RedisBatchLog {
	return RedisBatchLog{client: client}
}

// Lead takes or renews the lease, and reports whether this server has it.
func (p RedisBatchLog) Lead(ctx context.Context, server string, hold time.Duration) (bool, error) {
	_, leads, err := lease.New(p.client, leadKey, server, hold).Hold(ctx)
	return leads, err
}

// Current returns the current batch, or nil.
func (p RedisBatchLog) Current(ctx context.Context) (*Batch, error) {
	text, err := p.client.Get(ctx, currentKey).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the current batch: %w", err)
	}
	var batch Batch
	if err := json.Unmarshal(text, &batch); err != nil {
		return nil, fmt.Errorf("reading the current batch: %w", err)
	}
	return &batch, nil
}

// Begin stores a batch, unless there is a current one.
func (p RedisBatchLog) Begin(ctx context.Context, batch Batch) error {
	text, err := json.Marshal(batch)
	if err != nil {
		return fmt.Errorf("storing a batch: %w", err)
	}
	ctx, _ = redisconn.WithOutcome(ctx) // rows inserted under a batch that a failover lost would be inserted again
	fresh, err := p.client.SetNX(ctx, currentKey, text, 0).Result()
	if err == nil && !fresh {
		err = errors.New("another batch is current")
	}
	if err != nil {
		return fmt.Errorf("storing a batch: %w", err)
	}
	return nil
}

// Advance replaces or removes the batch with this token.
func (p RedisBatchLog) Advance(ctx context.Context, token string, next *Batch) error {
	text := []byte{}
	if next != nil {
		var err error
		if text, err = json.Marshal(next); err != nil {
			return fmt.Errorf("advancing a batch: %w", err)
		}
	}
	ctx, _ = redisconn.WithOutcome(ctx)
	if err := advanceScript.Run(ctx, p.client, []string{currentKey}, token, text).Err(); err != nil {
		return fmt.Errorf("advancing a batch: %w", err)
	}
	return nil
}
