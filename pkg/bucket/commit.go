package bucket

import (
	"context"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Run writes queued reports until ctx ends, then those that are still queued,
// and returns. It owns the writers.
func (s *Store) Run(ctx context.Context) error {
	var writers sync.WaitGroup
	for _, queue := range s.queues {
		writers.Go(func() { s.write(ctx, queue) })
	}
	writers.Wait()
	return nil
}

// write commits batch after batch. A batch is all reports that arrived since the one
// before was sent: a single report is sent at once, and many share a round trip.
func (s *Store) write(ctx context.Context, queue chan *pending) {
	for {
		select {
		case first := <-queue:
			gathered := time.After(s.Gather)
			batch := s.collect(queue, first)
			s.commit(batch)
			if len(batch) > 1 {
				await(ctx, gathered)
			}
		case <-ctx.Done():
			s.drain(queue)
			return
		}
	}
}

// await returns after a timer fired or ctx ended.
func await(ctx context.Context, timer <-chan time.Time) {
	select {
	case <-timer:
	case <-ctx.Done():
	}
}

func (s *Store) drain(queue chan *pending) {
	for {
		select {
		case first := <-queue:
			s.commit(s.collect(queue, first))
		default:
			return
		}
	}
}

func (s *Store) collect(queue chan *pending, first *pending) []*pending {
	batch := []*pending{first}
	for len(batch) < s.Batch {
		select {
		case next := <-queue:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// commit stores a batch, shard by shard in one round trip, and sends the result to every
// caller. It does not end with the server's context, so that a batch that was begun is
// finished.
func (s *Store) commit(batch []*pending) {
	ctx, cancel := context.WithTimeout(context.Background(), s.Patience)
	shards := map[int][]*pending{}
	for _, waiting := range batch {
		shard := shardOf(waiting.report)
		shards[shard] = append(shards[shard], waiting)
	}
	stored := s.Redis.add(ctx, shards, s.Now(), s.Cap)
	if s.Durable == nil {
		defer cancel()
		for shard, waiting := range shards {
			answer(waiting, stored[shard])
		}
		return
	}
	// The archive acknowledges many batches at once, so that waiting for it must not
	// block the next batch.
	go func() {
		defer cancel()
		for shard, waiting := range shards {
			one := stored[shard]
			if one.err == nil {
				one.err = s.settle(ctx, shard, one.entry)
				one.possible = one.err != nil
			}
			answer(waiting, one)
		}
	}()
}

// added is the result of one shard's part of a batch.
type added struct {
	entry    string           // id of the log entry
	outcomes []outage.Outcome // in the order of the reports
	err      error
	possible bool // with an error: it may have been stored
}

func answer(waiting []*pending, stored added) {
	err := stored.err
	switch {
	case stored.possible:
		err = ambiguous("storing a report", err, reportAmbiguous)
	case err != nil:
		err = unavailable("storing a report", err)
	}
	for i, one := range waiting {
		answered := result{err: err}
		if err == nil {
			answered.counted = stored.outcomes[i] == outage.Counted
		}
		one.done <- answered
	}
}
