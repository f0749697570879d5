// Package bucket counts reports in Redis, by cell and minute.
//
// It owns the hot window: the counters of the last day, the half-hour rule, the ledger by
// which a report can be repeated or undone without counting twice, and the report log (one
// Redis Stream for each shard), from which the archive is filled. A report is added in one
// atomic step, and adding it again changes nothing. Every key expires except the log, which
// is trimmed, and the mark of complete counters. When Redis is unavailable or the queue is
// full, callers get an error instead of waiting.
//
// Reports are sharded by the low byte of the hash of the sender's network
// prefix. All keys of a shard carry its hash tag, so that each step touches one
// slot of a Redis Cluster, and the load of one service is spread over all
// nodes.
package bucket

import (
	"context"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Shards is the number of shards. It is part of the key layout.
const Shards = 16

// HotWindow is how long counts stay in Redis: a day, and enough more that the oldest
// quarter hour of the last 24 hours is complete.
const HotWindow = 26 * time.Hour

// countersFor is how long the counters of a minute stay in Redis after their first change,
// and at least after a report of it was taken back or moved.
const countersFor = HotWindow + time.Hour

// ledgerFor is how long the ledger contains a report's id. Within this time adding the
// report again changes nothing; it can be undone within outage.UndoFor.
const ledgerFor = outage.UndoFor + 5*time.Minute

// retryAfter is the Retry-After of errors while Redis is unavailable or too slow.
const retryAfter = 5 * time.Second

func shardOf(report outage.Report) int { return int(report.ID.Shard) % Shards }

// unavailable is an error after which nothing was stored.
func unavailable(act string, err error) error {
	return outage.Unavailable(act, err, "reports cannot be accepted at the moment, please try again", retryAfter)
}

// ambiguous is an error after which the data may have been stored; repeating the request
// settles it.
func ambiguous(act string, err error, detail string) error {
	return fmt.Errorf("%s: %w: %w", act, err, &outage.Error{Code: outage.CodeOutcomeUnknown, Detail: detail, RetryAfter: retryAfter})
}

const (
	reportAmbiguous = "the report may have been accepted; the same request with the same Idempotency-Key is safe and counts once"
	undoAmbiguous   = "the report may have been undone; the same request is safe"
	moveAmbiguous   = "the report may have been moved; the same request is safe"
	batchAmbiguous  = "some lines may have been accepted; the same batch is safe, and no line counts twice"
)

// Durable waits until the log of a shard up to an entry survives a crash. The embedded
// Redis is not persistent, so that with it a report is acknowledged only after it was
// archived.
type Durable interface {
	Wait(ctx context.Context, shard int, entry string) error
}
