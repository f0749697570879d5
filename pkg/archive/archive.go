// Package archive stores every report in ClickHouse exactly once, and answers queries about
// past counts.
//
// It owns the schema and its migrations, and moves the report log into the tables. Each
// entry of the log is in the raw table once and in every roll-up once, even if processes are
// killed at any time: a batch is recorded before its first attempt, its rows are read again
// from the log, which is immutable, and its token makes a repeated insert add nothing. The
// log is trimmed only after its entries are archived. Tables of a newer version are an error
// at the start.
package archive

import (
	"context"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Log is the report log: entries in shards, each shard in order. Positions are the last
// entry of each shard. All methods may block for a round trip.
type Log interface {
	// Oldest reads the oldest entries of all shards, at most the given number of
	// records a shard, and their end; more reports that there may be others.
	Oldest(ctx context.Context, most int) (entries []outage.Entry, to Positions, more bool, err error)
	// Read reads all entries up to the positions, in the order of Oldest.
	Read(ctx context.Context, to Positions) ([]outage.Entry, error)
	// Trim deletes all entries up to the positions.
	Trim(ctx context.Context, to Positions) error
}

// Positions are ids of log records, by shard.
type Positions = map[int]string

// BatchLog holds the one batch that is being archived, for all servers. Its methods
// may block for a round trip.
type BatchLog interface {
	// Lead takes or renews the lead for the given time, and reports whether this
	// server has it.
	Lead(ctx context.Context, server string, hold time.Duration) (bool, error)
	// Current is the batch that is being archived, or nil.
	Current(ctx context.Context) (*Batch, error)
	// Begin stores a batch, unless there is a current one.
	Begin(ctx context.Context, batch Batch) error
	// Advance replaces or, with a nil next, removes the batch with this token,
	// if it is still the current one.
	Advance(ctx context.Context, token string, next *Batch) error
}

// Batch is a batch: its end in the log, the token under which it is inserted, and whether
// it is in the archive.
type Batch struct {
	Token string    `json:"token"`
	To    Positions `json:"to"`
	Done  bool      `json:"done"`
}

func unavailable(act string, err error) error {
	return outage.Unavailable(act, err, "past counts cannot be read at the moment, please try again", 10*time.Second)
}
