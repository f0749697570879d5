package wanted

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	prefix    = "dp:{wanted}:"
	dayFor    = 24 * time.Hour
	keptFor   = Days * 24 * time.Hour
	mostTexts = 2000 // of a day
	mostKept  = 200  // of a day
)

// countScript adds one to a text of a day. From Least on the text stands in the list that
// is kept too. Both have an expiry.
var countScript = redis.NewScript(`
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return -1 end
local n = redis.call('ZINCRBY', KEYS[1], 1, ARGV[1])
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
if tonumber(n) >= tonumber(ARGV[4]) then
  redis.call('ZADD', KEYS[2], n, ARGV[1])
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -tonumber(ARGV[5]) - 1)
  redis.call('EXPIRE', KEYS[2], ARGV[6])
end
return 0`)

// Redis is a Store that several servers share.
type Redis struct{ client redis.UniversalClient }

// NewRedis uses an existing client.
func NewRedis(client redis.UniversalClient) Redis { return Redis{client} }

// Count implements Store.
func (r Redis) Count(ctx context.Context, day, text string) (full bool, err error) {
	n, err := countScript.Run(ctx, r.client, []string{prefix + day, prefix + "kept:" + day},
		text, mostTexts, int(dayFor.Seconds()), Least, mostKept, int(keptFor.Seconds())).Int()
	if err != nil {
		return false, fmt.Errorf("counting a wanted service: %w", err)
	}
	return n < 0, nil
}

// List implements Store.
func (r Redis) List(ctx context.Context, days []string) ([]outage.Wanted, error) {
	pipe := r.client.Pipeline()
	answers := make([]*redis.ZSliceCmd, len(days))
	for i, day := range days {
		answers[i] = pipe.ZRevRangeWithScores(ctx, prefix+"kept:"+day, 0, mostKept-1)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("listing wanted services: %w", err)
	}
	var all []outage.Wanted
	for i, answer := range answers {
		for _, member := range answer.Val() {
			text, _ := member.Member.(string)
			all = append(all, outage.Wanted{Day: days[i], Text: text, Networks: int(member.Score)})
		}
	}
	return all, nil
}
