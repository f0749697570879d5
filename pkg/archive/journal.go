package archive

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/wholefile"
)

// Journal is a file with the current batch, for a server whose log is not durable. An insert
// writes several tables one after the other, so that a process that dies during it leaves
// some incomplete; with the rows and the token of the file the next process completes them.
//
// The file exists only during a batch, because its rows contain data of senders that the
// archive deletes after hours.
type Journal struct {
	path  string
	token string // token of the batch in the file
}

type journalBatch struct {
	Token   string
	Entries []outage.Entry
}

// ErrJournalDamaged is in the chain of the error of a file that cannot be decoded. It is
// permanent.
var ErrJournalDamaged = errors.New("the journal of the current batch is damaged")

// NewJournal uses the file at the path, which need not exist.
func NewJournal(path string) *Journal { return &Journal{path: path} }

// write replaces the batch in the file.
func (j *Journal) write(token string, entries []outage.Entry) error {
	if j.token == token {
		return nil
	}
	err := wholefile.Replace(j.path, func(to io.Writer) error { return gob.NewEncoder(to).Encode(journalBatch{token, entries}) })
	if err != nil {
		return fmt.Errorf("storing a batch: %w", err)
	}
	j.token = token
	return nil
}

// read returns the unfinished batch of the process before, or no token.
func (j *Journal) read() (token string, entries []outage.Entry, err error) {
	file, err := os.Open(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("reading the current batch: %w", err)
	}
	defer file.Close()
	var batch journalBatch
	if err := gob.NewDecoder(file).Decode(&batch); err != nil {
		return "", nil, fmt.Errorf("%w: %s: %w; move the file away to continue without its reports, which may be in no other place", ErrJournalDamaged, j.path, err)
	}
	return batch.Token, batch.Entries, nil
}

// remove removes the file.
func (j *Journal) remove() error {
	j.token = ""
	if err := os.Remove(j.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing a batch: %w", err)
	}
	return nil
}

func (a *Archiver) isPrepared() bool {
	select {
	case <-a.prepared:
		return true
	default:
		return false
	}
}

var errNotRecovered = errors.New("the last batch is not complete yet")

// ShardCounts is DB.ShardCounts, once the last batch of the process before this one is complete.
func (a *Archiver) ShardCounts(ctx context.Context, from outage.Minute, each func(shard byte, count outage.Count)) error {
	if !a.isPrepared() {
		return errNotRecovered
	}
	return a.DB.ShardCounts(ctx, from, each)
}

// Entries is DB.Entries, once the last batch of the process before this one is complete.
func (a *Archiver) Entries(ctx context.Context, since time.Time, each func(outage.Entry)) error {
	if !a.isPrepared() {
		return errNotRecovered
	}
	return a.DB.Entries(ctx, since, each)
}

// Imported is DB.Imported, once the last batch of the process before this one is complete.
func (a *Archiver) Imported(ctx context.Context, since time.Time, each func(outage.ReportID)) error {
	if !a.isPrepared() {
		return errNotRecovered
	}
	return a.DB.Imported(ctx, since, each)
}
