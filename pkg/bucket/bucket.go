// Package bucket counts reports in Redis, by cell and minute.
//
// It owns the hot window: the counters of the last day, the half-hour rule,
// the ledger by which a report can be repeated or undone without counting
// twice, and the report log (one Redis Stream for each shard), from which the
// archive is filled. It promises that a report is added in one atomic step, that adding
// the same report again changes nothing, and that every key it writes
// expires. It refuses to wait: when Redis is away or the queue is full, the
// caller is told so at once.
//
// Reports are sharded by the low byte of the hash of the sender's network
// prefix. All keys of a shard carry its hash tag, so that each step touches one
// slot of a Redis Cluster, and a service that everybody reports is spread over
// all nodes.
package bucket

import (
	"context"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Shards is the number of shards. It is part of the key layout.
const Shards = 16

// HotWindow is how long counts stay in Redis: a day, and enough more that the
// oldest quarter hour of the last 24 hours is whole.
const HotWindow = 26 * time.Hour

// countersFor is how long the counters of a minute stay in Redis after their
// last change.
const countersFor = HotWindow + time.Hour

// ledgerFor is how long the ledger knows a report's id. A report may be added
// again within this time without harm, and undone within outage.UndoFor.
const ledgerFor = outage.UndoFor + 5*time.Minute

// retryAfter is what a caller is told to wait when Redis is away or too slow.
const retryAfter = 5 * time.Second

func shardOf(report outage.Report) int { return int(report.ID.Shard) % Shards }

// unavailable is an error after which nothing was stored.
func unavailable(act string, err error) error {
	return outage.Unavailable(act, err, "reports cannot be taken at the moment, please try again", retryAfter)
}

// ambiguous is an error after which what was sent may have been stored, and of
// which only a repetition tells.
func ambiguous(act string, err error, detail string) error {
	return fmt.Errorf("%s: %w: %w", act, err, &outage.Error{Code: outage.CodeOutcomeUnknown, Detail: detail, RetryAfter: retryAfter})
}

const (
	reportAmbiguous = "the report may have been taken; the same request with the same Idempotency-Key is safe and counts once"
	undoAmbiguous   = "the report may have been taken back; the same request is safe"
	batchAmbiguous  = "some lines may have been taken; the same batch is safe, and no line counts twice"
)

// Durable waits until what the log of a shard holds up to an entry would
// survive a crash. The embedded Redis keeps nothing on disk, so with it a
// report is acknowledged only after the archive has it.
type Durable interface {
	Wait(ctx context.Context, shard int, entry string) error
}
