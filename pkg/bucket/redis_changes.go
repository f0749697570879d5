package bucket

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
)

// shardRead is what was read of a shard: first the sequence number of its last change, then
// the rest.
type shardRead struct {
	sequence int64
	records  []record // of the log, after a position; the newest one for no position
	more     bool     // there may be further records
	minutes  []outage.Minute
}

// recordsAtOnce is the most records of a shard that are read in one round trip.
const recordsAtOnce = 1000

// changes reads, for each shard, the records after a position, and the minutes that changed
// after a sequence number.
func (r *Redis) changes(ctx context.Context, after [Shards]position, since [Shards]int64) ([Shards]shardRead, error) {
	var out [Shards]shardRead
	var ready [Shards]*redis.IntCmd
	var reading [Shards]changesCall
	var minutes [Shards]*redis.StringSliceCmd
	pipe := r.client.Pipeline()
	for shard := range Shards {
		ready[shard] = pipe.Exists(ctx, base(shard)+"alive")
		reading[shard] = callChanges(ctx, pipe, shard, after[shard], recordsAtOnce)
		minutes[shard] = pipe.ZRangeByScore(ctx, base(shard)+"t", &redis.ZRangeBy{Min: fmt.Sprintf("(%d", since[shard]), Max: "+inf"})
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return out, fmt.Errorf("reading changed minutes: %w", err)
	}
	for shard := range Shards {
		if ready[shard].Val() == 0 {
			return out, errNotRestored
		}
		var err error
		if out[shard], err = reading[shard].result(); err != nil {
			return out, err
		}
		for _, text := range minutes[shard].Val() {
			minute, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return out, fmt.Errorf("reading a changed minute: %w", err)
			}
			out[shard].minutes = append(out[shard].minutes, outage.Minute(minute))
		}
	}
	return out, nil
}

// changesCall reads the sequence number of a shard, and then records.
type changesCall struct {
	sequence *redis.StringCmd
	records  *redis.XMessageSliceCmd
	most     int
}

// callChanges adds the commands to a pipeline; most bounds the records, and 0 does not.
func callChanges(ctx context.Context, pipe redis.Pipeliner, shard int, at position, most int) changesCall {
	call := changesCall{sequence: pipe.Get(ctx, base(shard)+"q"), most: most}
	log := base(shard) + "log"
	switch {
	case at.record == "" && at.sequence == 0:
		call.records = pipe.XRevRangeN(ctx, log, "+", "-", 1)
		call.most = 0
	case most == 0:
		call.records = pipe.XRange(ctx, log, startAfter(at.record), "+")
	default:
		call.records = pipe.XRangeN(ctx, log, startAfter(at.record), "+", int64(most))
	}
	return call
}

func startAfter(record string) string {
	if record == "" {
		return "-"
	}
	return after(record)
}

func (c changesCall) result() (read shardRead, err error) {
	read.sequence, err = c.sequence.Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return read, fmt.Errorf("reading changed minutes: %w", err)
	}
	for _, message := range c.records.Val() {
		rows, _ := message.Values["r"].(string)
		one := record{id: message.ID, rows: rows}
		if text, numbered := message.Values["s"].(string); numbered {
			if one.sequence, err = strconv.ParseInt(text, 10, 64); err != nil {
				return read, fmt.Errorf("reading the number of a record: %w", err)
			}
		}
		read.records = append(read.records, one)
	}
	read.more = c.most > 0 && len(read.records) == c.most
	return read, nil
}

// countersAtOnce is the most minutes whose counters are read in one step, in which Redis does
// nothing else.
const countersAtOnce = 64

// counters reads, in one atomic step, the changes of a shard after a position and the counters
// of its minutes.
func (r *Redis) counters(ctx context.Context, shard int, at position, minutes []outage.Minute) (read shardRead, fields []map[string]string, err error) {
	pipe := r.client.TxPipeline()
	changes := callChanges(ctx, pipe, shard, at, 0)
	calls := make([]*redis.MapStringStringCmd, len(minutes))
	for i, minute := range minutes {
		calls[i] = pipe.HGetAll(ctx, minuteKey(shard, minute))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return read, nil, fmt.Errorf("reading the counters of %d minutes: %w", len(minutes), err)
	}
	for _, call := range calls {
		fields = append(fields, call.Val())
	}
	read, err = changes.result()
	return read, fields, err
}
