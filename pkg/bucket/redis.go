package bucket

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"downpour/pkg/outage"
)

//go:embed add.lua
var addSource string

//go:embed undo.lua
var undoSource string

var (
	addScript  = redis.NewScript(addSource)
	undoScript = redis.NewScript(undoSource)
)

// touchedMost is how many changed minutes a shard remembers: those of the hot
// window, and room for an importer's clock.
const touchedMost = int(HotWindow/time.Minute) + 120

// Redis is the part of the bucket stage that speaks to Redis: a single server,
// a cluster or the embedded one.
type Redis struct{ client redis.UniversalClient }

// OpenRedis makes a client for one or several redis:// addresses; several are
// a cluster. It does not connect yet.
func OpenRedis(addresses []string) (*Redis, error) {
	all := &redis.UniversalOptions{}
	for _, address := range addresses {
		one, err := redis.ParseURL(address)
		if err != nil {
			return nil, fmt.Errorf("reading the address of Redis: %w", err)
		}
		all.Addrs = append(all.Addrs, one.Addr)
		all.Username, all.Password, all.DB, all.TLSConfig = one.Username, one.Password, one.DB, one.TLSConfig
	}
	if len(addresses) == 0 {
		return nil, errors.New("reading the address of Redis: none is given")
	}
	return NewRedis(redis.NewUniversalClient(all)), nil
}

// NewRedis uses a client that is already made.
func NewRedis(client redis.UniversalClient) *Redis { return &Redis{client: client} }

// Client is the connection, for other stages that keep something in Redis.
func (r *Redis) Client() redis.UniversalClient { return r.client }

// Ping says whether Redis answers.
func (r *Redis) Ping(ctx context.Context) error { return r.client.Ping(ctx).Err() }

// Close ends the connections.
func (r *Redis) Close() error { return r.client.Close() }

// add stores reports, one script call for each shard, all in one round trip.
func (r *Redis) add(ctx context.Context, shards map[int][]*pending, now time.Time, cap int) map[int]added {
	stored := r.addOnce(ctx, shards, now, cap)
	again := map[int][]*pending{}
	for shard, one := range stored {
		if redis.HasErrorPrefix(one.err, "NOSCRIPT") {
			again[shard] = shards[shard]
		}
	}
	if len(again) == 0 {
		return stored
	}
	err := addScript.Load(ctx, r.client).Err()
	for shard, one := range r.addOnce(ctx, again, now, cap) {
		if err != nil && one.err != nil {
			one.err = err
		}
		stored[shard] = one
	}
	return stored
}

func (r *Redis) addOnce(ctx context.Context, shards map[int][]*pending, now time.Time, cap int) map[int]added {
	pipe := r.client.Pipeline()
	calls := make(map[int]*redis.Cmd, len(shards))
	for shard, waiting := range shards {
		calls[shard] = pipe.EvalSha(ctx, addScript.Hash(), []string{base(shard)}, addArguments(waiting, now, cap)...)
	}
	_, _ = pipe.Exec(ctx) // each call has its own error
	stored := make(map[int]added, len(shards))
	for shard, call := range calls {
		stored[shard] = readAdded(call, len(shards[shard]))
	}
	return stored
}

func addArguments(waiting []*pending, now time.Time, cap int) []any {
	arguments := make([]any, 0, 4+13*len(waiting))
	arguments = append(arguments, now.Unix(), int(countersFor.Seconds()), int(ledgerFor.Seconds()), touchedMost)
	for _, one := range waiting {
		report := one.report
		bucket, field := halfHourField(report.Reporter, report.Service, report.Kind)
		earlierBucket, earlierField := "", ""
		if report.Earlier != 0 {
			earlierBucket, earlierField = halfHourField(report.Earlier, report.Service, report.Kind)
		}
		limit := cap
		if report.Keyed {
			limit = 0
		}
		arguments = append(arguments,
			report.ID.String(), int64(report.ID.Received), report.At.Unix(),
			placeField(report.Service, report.Country, report.Cell),
			string(report.Kind)[:1], report.Symptom,
			bucket, field, earlierBucket, earlierField,
			prefixField(report.Prefix, report.Service), limit, encodeReport(report))
	}
	return arguments
}

func readAdded(call *redis.Cmd, reports int) added {
	answers, err := call.Slice()
	if err == nil && len(answers) != reports+1 {
		err = fmt.Errorf("storing %d reports: Redis answered for %d", reports, len(answers)-1)
	}
	if err != nil {
		return added{err: err}
	}
	stored := added{entry: fmt.Sprint(answers[0]), counted: make([]bool, reports)}
	for i := range stored.counted {
		stored.counted[i] = answers[i+1] == int64(1)
	}
	return stored
}

func (r *Redis) undo(ctx context.Context, id outage.ReportID, undoHash uint64, now time.Time) (outcome, entry string, err error) {
	shard := int(id.Shard) % Shards
	answer, err := undoScript.Run(ctx, r.client, []string{base(shard)},
		now.Unix(), id.String(), int64(id.Received), hex(undoHash),
		int(outage.UndoFor.Seconds()), int(countersFor.Seconds()), touchedMost).StringSlice()
	if err != nil {
		return "", "", err
	}
	return answer[0], answer[1], nil
}

// changes lists, for each shard, the minutes that changed since its sequence
// was read, and the sequence now.
func (r *Redis) changes(ctx context.Context, since [Shards]int64) ([Shards]change, error) {
	var out [Shards]change
	var minutes [Shards]*redis.StringSliceCmd
	var sequences [Shards]*redis.StringCmd
	pipe := r.client.Pipeline()
	for shard := range Shards {
		sequences[shard] = pipe.Get(ctx, base(shard)+"q")
		minutes[shard] = pipe.ZRangeByScore(ctx, base(shard)+"t",
			&redis.ZRangeBy{Min: fmt.Sprintf("(%d", since[shard]), Max: "+inf"})
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return out, fmt.Errorf("asking Redis what changed: %w", err)
	}
	for shard := range Shards {
		sequence, err := sequences[shard].Int64()
		if err != nil && !errors.Is(err, redis.Nil) {
			return out, fmt.Errorf("asking Redis what changed: %w", err)
		}
		out[shard].sequence = sequence
		for _, text := range minutes[shard].Val() {
			var minute int64
			if _, err := fmt.Sscan(text, &minute); err != nil {
				return out, fmt.Errorf("reading a changed minute: %w", err)
			}
			out[shard].minutes = append(out[shard].minutes, outage.Minute(minute))
		}
	}
	return out, nil
}

// counters reads the counters of minutes, in one round trip.
func (r *Redis) counters(ctx context.Context, wanted []shardMinute) ([]map[string]string, error) {
	pipe := r.client.Pipeline()
	calls := make([]*redis.MapStringStringCmd, len(wanted))
	for i, w := range wanted {
		calls[i] = pipe.HGetAll(ctx, minuteKey(w.shard, w.minute))
	}
	if len(wanted) > 0 {
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fmt.Errorf("reading the counters of %d minutes: %w", len(wanted), err)
		}
	}
	out := make([]map[string]string, len(wanted))
	for i, call := range calls {
		out[i] = call.Val()
	}
	return out, nil
}

// Appendfsync is how Redis writes what it was given to its disk: "always",
// "everysec", "no", or "off" where it keeps nothing; "" where it does not say.
func (r *Redis) Appendfsync(ctx context.Context) string {
	config, err := r.client.ConfigGet(ctx, "append*").Result()
	if err != nil {
		return ""
	}
	if strings.EqualFold(config["appendonly"], "no") {
		return "off"
	}
	return config["appendfsync"]
}
