package status

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	currentKey = "dp:{official}:current"
	currentFor = 15 * 24 * time.Hour
)

// RedisShared is Shared as one hash in Redis, with a field for each service and source.
type RedisShared struct{ client redis.UniversalClient }

// NewRedisShared uses an existing client.
func NewRedisShared(client redis.UniversalClient) RedisShared { return RedisShared{client} }

// Put replaces a status.
func (r RedisShared) Put(ctx context.Context, now outage.Official) error {
	body, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("sharing the official status of %s: %w", now.Service, err)
	}
	_, err = r.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, currentKey, now.Service+"/"+string(now.Source), body)
		p.Expire(ctx, currentKey, currentFor)
		return nil
	})
	if err != nil {
		return fmt.Errorf("sharing the official status of %s: %w", now.Service, err)
	}
	return nil
}

// All reads every status. One that cannot be read is left out.
func (r RedisShared) All(ctx context.Context) ([]outage.Official, error) {
	fields, err := r.client.HVals(ctx, currentKey).Result()
	if err != nil {
		return nil, fmt.Errorf("reading the official statuses: %w", err)
	}
	var all []outage.Official
	for _, body := range fields {
		var now outage.Official
		if json.Unmarshal([]byte(body), &now) == nil && now.State.Valid() {
			all = append(all, now)
		}
	}
	return all, nil
}
