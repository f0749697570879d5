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

// Journal is a file that holds the batch under way, for a server whose log
// does not outlive its process. An insert reaches several tables one after the
// other, so a process that dies inside of it leaves some of them behind; with
// the rows and the token at hand, the next process completes them.
//
// The file is there only while a batch is under way, since its rows hold what
// the archive forgets after a day.
type Journal struct {
	path  string
	token string // token of the batch in the file
}

type journalBatch struct {
	Token   string
	Entries []outage.Entry
}

// ErrJournalDamaged is in the chain of the error of a file that cannot be read
// to its end. Waiting does not help.
var ErrJournalDamaged = errors.New("the journal of the current batch is damaged")

// NewJournal uses the file at the path, which need not exist.
func NewJournal(path string) *Journal { return &Journal{path: path} }

// write puts a batch on the disk in the place of the one before.
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

// read is the batch that a process before this one did not end, or no token.
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
		return "", nil, fmt.Errorf("%w: %s: %w; move the file away to go on without what it alone may hold", ErrJournalDamaged, j.path, err)
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

// ShardCounts is that of the archive, once the last batch of the process before
// this one is complete.
func (a *Archiver) ShardCounts(ctx context.Context, from outage.Minute, each func(shard byte, count outage.Count)) error {
	if !a.isPrepared() {
		return errNotRecovered
	}
	return a.DB.ShardCounts(ctx, from, each)
}

// Entries is that of the archive, once the last batch of the process before
// this one is complete.
func (a *Archiver) Entries(ctx context.Context, since time.Time, each func(outage.Entry)) error {
	if !a.isPrepared() {
		return errNotRecovered
	}
	return a.DB.Entries(ctx, since, each)
}

// Imported is that of the archive, once the last batch of the process before
// this one is complete.
func (a *Archiver) Imported(ctx context.Context, since time.Time, each func(outage.ReportID)) error {
	if !a.isPrepared() {
		return errNotRecovered
	}
	return a.DB.Imported(ctx, since, each)
}
