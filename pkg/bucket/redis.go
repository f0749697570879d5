package bucket

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redisconn"
)

//go:embed add.lua
var addSource string

//go:embed undo.lua
var undoSource string

//go:embed move.lua
var moveSource string

//go:embed counters.lua
var countersSource string

//go:embed nodes.lua
var nodesSource string

//go:embed hashes.lua
var hashesSource string

//go:embed ledger.lua
var ledgerSource string

//go:embed probe.lua
var probeSource string

var (
	addScript  = redis.NewScript(countersSource + nodesSource + hashesSource + addSource)
	undoScript = redis.NewScript(countersSource + ledgerSource + undoSource)
	moveScript = redis.NewScript(countersSource + nodesSource + ledgerSource + moveSource)

	probeScript = redis.NewScript(probeSource)
)

// touchedMost is the length of a shard's list of changed minutes: those of the hot window,
// and room for clocks that are ahead.
const touchedMost = int(HotWindow/time.Minute) + 120

// Redis stores reports and counters in Redis: a single server, a cluster or the embedded
// one.
type Redis struct {
	// Linger is how long records stay in the log at least, so that windows, which are refreshed
	// now and then, can follow it.
	Linger time.Duration

	client  redis.UniversalClient
	placeOf PlaceOf
	cluster atomic.Bool // a script may not touch several shards, as Redis said
	shared  sharedNodes
}

// NewRedis uses an existing client, which the caller closes. placeOf may be nil: then the
// counters store the region and the district of each cell.
func NewRedis(client redis.UniversalClient, placeOf PlaceOf) *Redis {
	return &Redis{client: client, placeOf: placeOf}
}

// Client is the client, for other stages that use the same Redis.
func (r *Redis) Client() redis.UniversalClient { return r.client }

// add stores reports, as few script calls as may be, all in one round trip. A server
// without the script gets its text in a second one, and a cluster, which takes a script
// for one shard only, a call for each.
func (r *Redis) add(ctx context.Context, shards map[int][]*pending, now time.Time, cap int) map[int]added {
	stored := make(map[int]added, len(shards))
	r.addOnce(ctx, stored, shards, now, cap, addScript.EvalSha)
	if again := failed(stored, shards, "CROSSSLOT"); len(again) > 0 {
		r.cluster.Store(true)
		r.addOnce(ctx, stored, again, now, cap, addScript.EvalSha)
	}
	if again := failed(stored, shards, "NOSCRIPT"); len(again) > 0 {
		r.addOnce(ctx, stored, again, now, cap, addScript.Eval)
	}
	return stored
}

// failed are the shards whose call failed with an error of a kind.
func failed(stored map[int]added, shards map[int][]*pending, kind string) map[int][]*pending {
	var again map[int][]*pending
	for shard, one := range stored {
		if redis.HasErrorPrefix(one.err, kind) {
			if again == nil {
				again = map[int][]*pending{}
			}
			again[shard] = shards[shard]
		}
	}
	return again
}

// scriptCall is a way of calling a script: by its hash or with its text.
type scriptCall func(ctx context.Context, client redis.Scripter, keys []string, arguments ...any) *redis.Cmd

func (r *Redis) addOnce(ctx context.Context, stored map[int]added, shards map[int][]*pending, now time.Time, cap int, call scriptCall) {
	defer timeScript(scriptAdd)()
	ctx, outcome := redisconn.WithOutcome(ctx)
	pipe := r.client.Pipeline()
	parts := callsOf(shards, !r.cluster.Load())
	calls := make([]*redis.Cmd, len(parts))
	for i, part := range parts {
		keys, arguments := r.addArguments(part, now, cap)
		calls[i] = call(ctx, pipe, keys, arguments...)
	}
	_, _ = pipe.Exec(ctx) // each call has its own error
	for i, done := range calls {
		answers, err := done.Slice()
		if err == nil && len(answers) != len(parts[i]) {
			err = fmt.Errorf("storing reports of %d shards: Redis returned %d", len(parts[i]), len(answers))
		}
		for j, part := range parts[i] {
			one := added{err: err}
			if err == nil {
				one = r.readAdded(answers[j], part)
			}
			if one.err != nil {
				r.shared.forget(part.shard)
			}
			one.possible = one.err != nil && (done.Err() == nil || outcome.Possible(done))
			stored[part.shard] = one
		}
	}
}

// undo undoes a report. possible reports, for an error, whether it may have been undone.
func (r *Redis) undo(ctx context.Context, id outage.ReportID, undoHash uint64, now time.Time) (answer, entry string, possible bool, err error) {
	defer timeScript(scriptUndo)()
	ctx, outcome := redisconn.WithOutcome(ctx)
	shard := int(id.Shard) % Shards
	answers, err := undoScript.Run(ctx, r.client, declared(base(shard)),
		now.Unix(), id.String(), int64(id.Received), hex(undoHash),
		int(outage.UndoFor.Seconds()), int(countersFor.Seconds()), touchedMost).StringSlice()
	if err != nil {
		return "", "", outcome.Any(), err
	}
	return answers[0], answers[1], false, nil
}

// latest is what the ledger has of a report: the entry under its id, or none.
func (r *Redis) latest(ctx context.Context, id outage.ReportID) ([]outage.Entry, error) {
	row, err := r.client.HGet(ctx, ledgerKey(int(id.Shard)%Shards, id.Received), id.String()).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	return DecodeEntries(row)
}

// move gives a report another place, as undo takes it back.
func (r *Redis) move(ctx context.Context, from, to outage.Report, undoHash uint64, now time.Time) (answer, entry string, possible bool, err error) {
	defer timeScript(scriptMove)()
	ctx, outcome := redisconn.WithOutcome(ctx)
	shard := int(to.ID.Shard) % Shards
	added, stays := newNodes(from, to)
	answers, err := moveScript.Run(ctx, r.client, declared(base(shard)),
		now.Unix(), to.ID.String(), int64(to.ID.Received), hex(undoHash),
		int(outage.UndoFor.Seconds()), int(countersFor.Seconds()), touchedMost,
		string(to.Country), string(to.Region), packCell(to.Cell), string(to.District), r.placeOf.pack(whereIs(to)),
		added, prefixField(to.Prefix, to.Service), r.placeOf.pack(whereIs(from)), int(stays)).StringSlice()
	if err != nil {
		return "", "", outcome.Any(), err
	}
	return answers[0], answers[1], false, nil
}

// probeTags is the number of hash tags among which one is looked for in each
// master of a cluster.
const probeTags = 256

// Probe tries the commands of storing a report on every master, and returns the first
// error.
func (r *Redis) Probe(ctx context.Context) error {
	ctx, _ = redisconn.WithOutcome(ctx)
	tags, err := r.mastersTags(ctx)
	if err != nil {
		return fmt.Errorf("listing the masters: %w", err)
	}
	for _, tag := range tags {
		stop := timeScript(scriptProbe)
		err := probeScript.Run(ctx, r.client, declared(base(tag)+"probe:"), time.Now().Unix()).Err()
		stop()
		if err != nil && !redis.HasErrorPrefix(err, "TRYAGAIN") { // a slot that moves says nothing of its masters
			return fmt.Errorf("writing to a master: %w", err)
		}
	}
	return nil
}

// mastersTags is one hash tag of each master, those of shards first.
func (r *Redis) mastersTags(ctx context.Context) (tags []int, err error) {
	cluster, ok := r.client.(*redis.ClusterClient)
	if !ok {
		return []int{0}, nil
	}
	seen := map[*redis.Client]bool{}
	for tag := range probeTags {
		master, err := cluster.MasterForKey(ctx, base(tag))
		if err != nil {
			return nil, err
		}
		if !seen[master] {
			seen[master] = true
			tags = append(tags, tag)
		}
	}
	return tags, nil
}

// errNotRestored means that Redis is new or lost its data, and that its counters are not
// restored yet.
var errNotRestored = errors.New("the counters are not restored yet")

// lingering is the id up to which records have been in the log for long enough, by the clock
// of Redis, which their ids are of.
func (r *Redis) lingering(ctx context.Context) (string, error) {
	if r.Linger == 0 {
		return "+", nil
	}
	now, err := r.client.Time(ctx).Result()
	return strconv.FormatInt(now.Add(-r.Linger).UnixMilli(), 10), err
}

// records reads the streams of all shards, up to an id and at most a number of records a
// shard, or, where to is given, of its shards up to its records.
// A record that no replica has is not read: a failover would take it away, and
// the retry of its sender would be archived as well.
func (r *Redis) records(ctx context.Context, to map[int]string, end string, most int64) (read [Shards][]record, err error) {
	ctx, _ = redisconn.WithOutcome(ctx)
	pipe := r.client.Pipeline()
	var calls [Shards]*redis.XMessageSliceCmd
	for shard := range Shards {
		last, wanted := to[shard]
		switch {
		case most > 0:
			calls[shard] = pipe.XRangeN(ctx, base(shard)+"log", "-", end, most)
		case wanted:
			calls[shard] = pipe.XRange(ctx, base(shard)+"log", "-", last)
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return read, err
	}
	for shard, call := range calls {
		if call == nil {
			continue
		}
		for _, message := range call.Val() {
			rows, _ := message.Values["r"].(string)
			read[shard] = append(read[shard], record{id: message.ID, rows: rows})
		}
	}
	return read, nil
}

// ends is the newest record of each shard that has any.
func (r *Redis) ends(ctx context.Context) (map[int]string, error) {
	pipe := r.client.Pipeline()
	var calls [Shards]*redis.XMessageSliceCmd
	for shard := range Shards {
		calls[shard] = pipe.XRevRangeN(ctx, base(shard)+"log", "+", "-", 1)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	newest := map[int]string{}
	for shard, call := range calls {
		for _, message := range call.Val() {
			newest[shard] = message.ID
		}
	}
	return newest, nil
}

// holds reports whether any shard still has a record up to the given ones.
func (r *Redis) holds(ctx context.Context, to map[int]string) (bool, error) {
	pipe := r.client.Pipeline()
	var calls []*redis.XMessageSliceCmd
	for shard, id := range to {
		calls = append(calls, pipe.XRangeN(ctx, base(shard)+"log", "-", id, 1))
	}
	if len(calls) == 0 {
		return false, nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return false, err
	}
	for _, call := range calls {
		if len(call.Val()) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// Trim deletes all records up to the given ones.
func (r *Redis) Trim(ctx context.Context, to map[int]string) error {
	ctx, _ = redisconn.WithOutcome(ctx) // a record that reappears after a failover would be archived again
	pipe := r.client.Pipeline()
	for shard, id := range to {
		pipe.XTrimMinID(ctx, base(shard)+"log", after(id))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("trimming the report log: %w", err)
	}
	return nil
}

// logLength is the number of records that wait in the log.
func (r *Redis) logLength(ctx context.Context) (int64, error) {
	pipe := r.client.Pipeline()
	var calls [Shards]*redis.IntCmd
	for shard := range Shards {
		calls[shard] = pipe.XLen(ctx, base(shard)+"log")
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, fmt.Errorf("measuring the report log: %w", err)
	}
	var length int64
	for _, call := range calls {
		length += call.Val()
	}
	return length, nil
}

// oldest is when the oldest record of the log was stored, in milliseconds since
// 1970 by the clock of Redis, and 0 where the log is empty.
func (r *Redis) oldest(ctx context.Context) (oldest int64, err error) {
	pipe := r.client.Pipeline()
	var calls [Shards]*redis.XMessageSliceCmd
	for shard := range Shards {
		calls[shard] = pipe.XRangeN(ctx, base(shard)+"log", "-", "+", 1)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, fmt.Errorf("reading the oldest records of the log: %w", err)
	}
	for _, call := range calls {
		for _, message := range call.Val() {
			text, _, _ := strings.Cut(message.ID, "-")
			stored, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("reading the id of a record: %w", err)
			}
			if oldest == 0 || stored < oldest {
				oldest = stored
			}
		}
	}
	return oldest, nil
}

// lostShards lists the shards without the mark of complete counters.
func (r *Redis) lostShards(ctx context.Context) (lost []int, err error) {
	pipe := r.client.Pipeline()
	var calls [Shards]*redis.IntCmd
	for shard := range Shards {
		calls[shard] = pipe.Exists(ctx, base(shard)+"alive")
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("checking the shards of Redis: %w", err)
	}
	for shard, call := range calls {
		if call.Val() == 0 {
			lost = append(lost, shard)
		}
	}
	return lost, nil
}

// lockRestore makes this server the one that restores the counters.
func (r *Redis) lockRestore(ctx context.Context, life time.Duration) (mine bool, release func(), err error) {
	const key = "dp:{revival}:lock"
	mine, err = r.client.SetNX(ctx, key, "held", life).Result()
	if err != nil {
		return false, nil, fmt.Errorf("locking the counters: %w", err)
	}
	return mine, func() { r.client.Del(context.WithoutCancel(ctx), key) }, nil
}

// writeSnapshot writes a snapshot and then the mark of its shards, which is the time at
// which their counters begin. It sets values and increments none, so that it can be
// repeated after a crash.
func (r *Redis) writeSnapshot(ctx context.Context, m *snapshot, shards []int, now time.Time) error {
	pipe := r.client.Pipeline()
	flush := func(least int) error {
		if pipe.Len() < least {
			return nil
		}
		_, err := pipe.Exec(ctx)
		return err
	}
	const many = 1000
	sequence := time.Now().Unix()%generations*generation + 1
	for key, fields := range m.hashes {
		pipe.HSet(ctx, key, fields)
		pipe.Expire(ctx, key, m.lifetimes[key])
		if err := flush(many); err != nil {
			return fmt.Errorf("restoring the counters: %w", err)
		}
	}
	for _, shard := range shards {
		touched := make([]redis.Z, 0, len(m.shards[shard]))
		for minute := range m.shards[shard] {
			touched = append(touched, redis.Z{Score: float64(sequence), Member: int64(minute)})
		}
		if len(touched) > 0 {
			pipe.Set(ctx, base(shard)+"q", sequence, countersFor)
			pipe.ZAdd(ctx, base(shard)+"t", touched...)
			pipe.Expire(ctx, base(shard)+"t", countersFor)
		}
		pipe.Set(ctx, base(shard)+"alive", now.Unix(), 0)
	}
	if err := flush(1); err != nil {
		return fmt.Errorf("restoring the counters: %w", err)
	}
	return nil
}
