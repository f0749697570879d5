package bucket

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// timeline is the set of counts that a report belongs to, as add.lua reads it.
type timeline string

const (
	live timeline = ""  // a live report
	hot  timeline = "h" // imported, of the hot window: counted like a live one
	past timeline = "p" // imported, older: it goes into the log and touches no counter
)

const (
	// batchPart is the most lines of a shard that one step adds. Redis blocks during
	// a step, so that it bounds how long a live report waits.
	batchPart = 256
	// batchShards is how many shards one round trip writes to, for the same reason.
	batchShards = 4
	// importsAtOnce is how many batches are stored concurrently; others wait.
	importsAtOnce = 2
	// batchPatience is the timeout of a batch.
	batchPatience = 45 * time.Second
	// importShare divides the limit of the log: beyond that part imports are rejected,
	// so that live reports have priority. Records of imports are larger, too.
	importShare = 128
	// seenAtLeast is how long a stored line is recognised as a duplicate; seenFor is
	// the lifetime of the key of one week's lines, of which the first may be as old as
	// the week.
	seenAtLeast = 8 * 24 * time.Hour
	seenFor     = 15 * 24 * time.Hour
	// importFor is the lifetime of the half hours of an import.
	importFor = 2 * time.Hour
)

// AddBatch stores the lines of an import, whose half-hour rule goes by event
// time: of two reports of one shard the earlier of the slice is added first.
// It returns the outcome of each, in their order. A line that is already stored, by the
// shard and the random part of its ID, is a duplicate and changes nothing. Where the same
// request, by its name, is repeated, lines stored by the first attempt have the outcome
// they had then.
//
// Lines of minutes that have left the hot window are not counted in Redis, but are added
// to the log like all others. When AddBatch returns without an error, a crash does not
// lose the lines. After an error some may be stored: the batch can be repeated, and no
// line counts twice. Errors carry an outage.Error of CodeUnavailable where nothing was
// stored, else of CodeOutcomeUnknown.
func (s *Store) AddBatch(ctx context.Context, request string, reports []outage.Report) ([]outage.Outcome, error) {
	if s.full.Load() || s.busy.Load() {
		return nil, unavailable("accepting a batch", errors.New("the archive does not keep up with imports"))
	}
	ctx, cancel := context.WithTimeout(ctx, batchPatience)
	defer cancel()
	select {
	case s.imports <- struct{}{}:
		defer func() { <-s.imports }()
	case <-ctx.Done():
		return nil, unavailable("waiting for other batches", ctx.Err())
	}
	outcomes := make([]outage.Outcome, len(reports))
	newest := map[int]string{}
	for _, step := range s.steps(request, reports) {
		var failed error
		possible := len(newest) > 0
		for shard, stored := range s.Redis.add(ctx, step.lines, s.Now(), s.Cap) {
			possible = possible || stored.err == nil || stored.possible
			if stored.err != nil {
				failed = stored.err
				continue
			}
			newest[shard] = stored.entry
			for i, outcome := range stored.outcomes {
				outcomes[step.places[shard][i]] = outcome
			}
		}
		switch {
		case failed != nil && possible:
			return nil, ambiguous("storing a batch", failed, batchAmbiguous)
		case failed != nil:
			return nil, unavailable("storing a batch", failed)
		}
	}
	for shard, entry := range newest {
		if err := s.settle(ctx, shard, entry); err != nil {
			return nil, ambiguous("waiting for a batch to be stored", err, batchAmbiguous)
		}
	}
	return outcomes, nil
}

// step is the lines of one round trip by shard, and their positions in the batch.
type step struct {
	lines  map[int][]*pending
	places map[int][]int
}

// steps divides a batch into round trips that preserve the order within each shard.
func (s *Store) steps(request string, reports []outage.Report) (steps []step) {
	name := sha256.Sum256([]byte(request))
	border := outage.MinuteOf(s.Now().Add(-HotWindow))
	var lines [Shards][]*pending
	var places [Shards][]int
	for i, report := range reports {
		one := &pending{report: report, timeline: hot, request: string(name[:4])}
		if report.Minute() <= border {
			one.timeline = past
		}
		shard := shardOf(report)
		lines[shard], places[shard] = append(lines[shard], one), append(places[shard], i)
	}
	for left := true; left; {
		left = false
		for first := 0; first < Shards; first += batchShards {
			next := step{lines: map[int][]*pending{}, places: map[int][]int{}}
			for shard := first; shard < min(first+batchShards, Shards); shard++ {
				n := min(batchPart, len(lines[shard]))
				if n == 0 {
					continue
				}
				next.lines[shard], lines[shard] = lines[shard][:n], lines[shard][n:]
				next.places[shard], places[shard] = places[shard][:n], places[shard][n:]
				left = left || len(lines[shard]) > 0
			}
			if len(next.lines) > 0 {
				steps = append(steps, next)
			}
		}
	}
	return steps
}
