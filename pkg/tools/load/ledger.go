package load

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
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
	ID      string    `json:"id,omitempty"` // of an accepted report
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
	text, err := json.Marshal(line{of.due.UTC(), of.report.service, got.id, got.counted, got.status})
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
	IDs      []string `json:"ids"`    // the first few of those
}

// Whole reports whether each accepted report was archived once.
func (c *Checked) Whole() bool { return c.Missing == 0 && c.Double == 0 }

func (c *Checked) String() string {
	return fmt.Sprintf("%d reports accepted, %d archived, %d missing, %d archived more than once", c.Accepted, c.Archived, c.Missing, c.Double)
}

// mostNamed is how many ids a Checked has.
const mostNamed = 20

// shardDigits is the length of the shard at the beginning of an id, which archives do not keep.
const shardDigits = 2

// Check compares a ledger with the rows of an archive: each is the id of a report without its
// shard, as often as it was added.
func Check(ledger io.Reader, rows func(each func(id string)) error) (*Checked, error) {
	times, named := map[string]int{}, map[string]string{}
	lines := bufio.NewScanner(ledger)
	for n := 1; lines.Scan(); n++ {
		var one line
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("line %d of the ledger: %w", n, err)
		}
		if len(one.ID) > shardDigits {
			id := one.ID[shardDigits:]
			times[id], named[id] = 0, one.ID
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	err := rows(func(id string) {
		if _, ours := times[id]; ours {
			times[id]++
		}
	})
	if err != nil {
		return nil, err
	}
	found := &Checked{Accepted: len(times), IDs: []string{}}
	for id, n := range times {
		switch {
		case n == 0:
			found.Missing++
		case n > 1:
			found.Double++
		}
		if n != 1 && len(found.IDs) < mostNamed {
			found.IDs = append(found.IDs, named[id])
		}
		found.Archived += min(n, 1)
	}
	return found, nil
}
