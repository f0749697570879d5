package load

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// ledger writes a line for each answer. A nil one writes none.
type ledger struct {
	mutex sync.Mutex
	file  *os.File
	lines *bufio.Writer
	err   error // the first
}

// line is one answer.
type line struct {
	Due     time.Time `json:"due"`
	Service string    `json:"service"`
	ID      string    `json:"id,omitempty"`  // of an accepted report
	Key     string    `json:"key,omitempty"` // of idempotency
	Counted bool      `json:"counted"`
	Status  int       `json:"status"` // of HTTP, 0 for no answer
}

func newLedger(path string) (*ledger, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("--ledger: %w", err)
	}
	return &ledger{file: file, lines: bufio.NewWriter(file)}, nil
}

func (l *ledger) write(got answered, of scheduled) {
	if l == nil {
		return
	}
	text, err := json.Marshal(line{of.due.UTC(), of.report.service, got.id, of.report.key, got.counted, got.status})
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if err == nil {
		_, err = l.lines.Write(append(text, '\n'))
	}
	if l.err == nil {
		l.err = err
	}
}

func (l *ledger) close() error {
	if l == nil {
		return nil
	}
	if err := l.lines.Flush(); l.err == nil {
		l.err = err
	}
	if err := l.file.Close(); l.err == nil {
		l.err = err
	}
	return l.err
}

// Checked is a ledger compared with an archive.
type Checked struct {
	Accepted int      `json:"accepted"` // different reports; a retry has the id of its first try
	Archived int      `json:"archived"` // of them
	Missing  int      `json:"missing"`
	Double   int      `json:"double"` // archived more than once
	Split    int      `json:"split"`  // retries that were taken for another report
	IDs      []string `json:"ids"`    // the first few of those
}

// Whole reports whether each accepted report was archived once.
func (c *Checked) Whole() bool { return c.Missing == 0 && c.Double == 0 && c.Split == 0 }

func (c *Checked) String() string {
	return fmt.Sprintf("%d reports accepted, %d archived, %d missing, %d archived more than once, %d retries taken for another", c.Accepted, c.Archived, c.Missing, c.Double, c.Split)
}

// mostNamed is how many ids a Checked has.
const mostNamed = 20

// shardDigits is the length of the shard at the beginning of an id, which archives do not keep.
const shardDigits = 2

// Check compares a ledger with the rows of an archive: each is the id of a report without its
// shard, as often as it was added. A ledger without an accepted report is an error.
func Check(ledger io.Reader, rows func(each func(id string)) error) (*Checked, error) {
	found, named, err := readLedger(ledger)
	if err != nil {
		return nil, err
	}
	times := map[string]int{}
	err = rows(func(id string) {
		if named[id] != "" {
			times[id]++
		}
	})
	if err != nil {
		return nil, err
	}
	for id, name := range named {
		switch n := times[id]; {
		case n == 0:
			found.Missing++
			found.name(name)
		case n > 1:
			found.Double++
			found.name(name)
		}
		found.Archived += min(times[id], 1)
	}
	return found, nil
}

// name adds an id, unless there are many.
func (c *Checked) name(id string) {
	if len(c.IDs) < mostNamed {
		c.IDs = append(c.IDs, id)
	}
}

// readLedger reads the ids of accepted reports, by the id without its shard. One without an id
// is missing.
func readLedger(ledger io.Reader) (found *Checked, named map[string]string, err error) {
	found, named = &Checked{IDs: []string{}}, map[string]string{}
	keyed := map[string]string{} // ids by key
	lines := bufio.NewScanner(ledger)
	for n := 1; lines.Scan(); n++ {
		var one line
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, nil, fmt.Errorf("line %d of the ledger: %w", n, err)
		}
		if one.Status != http.StatusAccepted {
			continue
		}
		if len(one.ID) <= shardDigits {
			found.Missing++
			found.Accepted++
			continue
		}
		if before := keyed[one.Key]; one.Key != "" && before != "" && before != one.ID {
			found.Split++
			found.name(one.ID)
		}
		keyed[one.Key], named[one.ID[shardDigits:]] = one.ID, one.ID
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("reading the ledger: %w", err)
	}
	if found.Accepted += len(named); found.Accepted == 0 {
		return nil, nil, errors.New("the ledger has no report that was accepted")
	}
	return found, named, nil
}
