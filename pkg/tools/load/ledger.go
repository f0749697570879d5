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
	Status  int       `json:"status"`           // of HTTP, 0 for no answer
	Undone  bool      `json:"undone,omitempty"` // the report was taken back
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

func (l *ledger) write(one line) {
	if l == nil {
		return
	}
	one.Due = one.Due.UTC()
	text, err := json.Marshal(one)
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
	Missing  int      `json:"missing"`  // not archived, or taken back by nobody
	Double   int      `json:"double"`   // archived more than once
	Kept     int      `json:"kept"`     // taken back, but archived as if they were not
	Split    int      `json:"split"`    // retries that were taken for another report
	IDs      []string `json:"ids"`      // the first few of those
}

// Whole reports whether each accepted report was archived once, and taken back where it was.
func (c *Checked) Whole() bool { return c.Missing+c.Double+c.Kept+c.Split == 0 }

func (c *Checked) String() string {
	return fmt.Sprintf("%d reports accepted, %d archived, %d missing, %d archived more than once, %d kept though taken back, %d retries taken for another",
		c.Accepted, c.Archived, c.Missing, c.Double, c.Kept, c.Split)
}

// mostNamed is how many ids a Checked has.
const mostNamed = 20

// shardDigits is the length of the shard at the beginning of an id, which archives do not keep.
const shardDigits = 2

// known is what a ledger has of an accepted report, and how often an archive has it.
type known struct {
	id                       string
	undone, perhaps          bool // taken back; asked for without an answer
	archived, archivedUndone int
}

// Check compares a ledger with the rows of an archive: each is the id of a report without its
// shard, and whether it was taken back. A ledger without an accepted report is an error.
func Check(ledger io.Reader, rows func(each func(id string, undone bool)) error) (*Checked, error) {
	found, reports, err := readLedger(ledger)
	if err != nil {
		return nil, err
	}
	err = rows(func(id string, undone bool) {
		switch report := reports[id]; {
		case report == nil:
		case undone:
			report.archivedUndone++
		default:
			report.archived++
		}
	})
	if err != nil {
		return nil, err
	}
	for _, report := range reports {
		found.add(report)
	}
	return found, nil
}

// add compares one report.
func (c *Checked) add(of *known) {
	c.Archived += min(of.archived, 1)
	fault := &c.Double
	switch {
	case of.archived == 1 && (of.archivedUndone == 1) == of.undone, of.archived == 1 && of.archivedUndone <= 1 && of.perhaps:
		return
	case of.archived == 0 || of.archived == 1 && of.archivedUndone > 0:
		fault = &c.Missing
	case of.archived == 1:
		fault = &c.Kept
	}
	*fault++
	c.name(of.id)
}

// name adds an id, unless there are many.
func (c *Checked) name(id string) {
	if len(c.IDs) < mostNamed {
		c.IDs = append(c.IDs, id)
	}
}

// readLedger reads the accepted reports, by the id without its shard. One without an id is
// missing.
func readLedger(ledger io.Reader) (found *Checked, reports map[string]*known, err error) {
	found, reports = &Checked{IDs: []string{}}, map[string]*known{}
	keyed := map[string]string{} // ids by key
	lines := bufio.NewScanner(ledger)
	for n := 1; lines.Scan(); n++ {
		var one line
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, nil, fmt.Errorf("line %d of the ledger: %w", n, err)
		}
		switch {
		case one.Undone:
			markUndone(reports, one)
			continue
		case one.Status != http.StatusAccepted:
			continue
		case len(one.ID) <= shardDigits:
			found.Missing++
			found.Accepted++
			continue
		}
		if before := keyed[one.Key]; one.Key != "" && before != "" && before != one.ID {
			found.Split++
			found.name(one.ID)
		}
		keyed[one.Key] = one.ID
		if short := one.ID[shardDigits:]; reports[short] == nil {
			reports[short] = &known{id: one.ID}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("reading the ledger: %w", err)
	}
	if found.Accepted += len(reports); found.Accepted == 0 {
		return nil, nil, errors.New("the ledger has no report that was accepted")
	}
	return found, reports, nil
}

// markUndone marks a report as taken back, by a line that follows its own.
func markUndone(reports map[string]*known, of line) {
	if len(of.ID) <= shardDigits || reports[of.ID[shardDigits:]] == nil {
		return
	}
	report := reports[of.ID[shardDigits:]]
	switch {
	case of.Status == http.StatusNoContent:
		report.undone = true
	case of.Status == 0 || of.Status >= http.StatusInternalServerError:
		report.perhaps = true
	}
}
