package archive

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// A log and a batch log in memory, of one server. A position is a number of entries.
type memoryLog struct {
	entries []outage.Entry
	trimmed int
	batch   *Batch
}

func (m *memoryLog) Oldest(context.Context, int) ([]outage.Entry, Positions, bool, error) {
	return m.entries[m.trimmed:], Positions{0: fmt.Sprint(len(m.entries))}, false, nil
}

func (m *memoryLog) upTo(to Positions) (n int) {
	_, _ = fmt.Sscan(to[0], &n) // written by Oldest
	return n
}

func (m *memoryLog) Read(_ context.Context, to Positions) ([]outage.Entry, error) {
	return m.entries[m.trimmed:m.upTo(to)], nil
}

func (m *memoryLog) Trim(_ context.Context, to Positions) error {
	m.trimmed = m.upTo(to)
	return nil
}

func (m *memoryLog) Lead(context.Context, string, time.Duration) (bool, error) { return true, nil }
func (m *memoryLog) Current(context.Context) (*Batch, error)                   { return m.batch, nil }

func (m *memoryLog) Begin(_ context.Context, batch Batch) error {
	m.batch = &batch
	return nil
}

func (m *memoryLog) Advance(_ context.Context, _ string, next *Batch) error {
	m.batch = next
	return nil
}

func (m *memoryLog) archiver(db *DB) *Archiver {
	return NewArchiver(Config{DB: db, Log: m, Batches: m, Logger: slog.New(slog.DiscardHandler)})
}

// relationsOf are the tables and views of the database.
func relationsOf(t *testing.T, db *DB) (names []string) {
	t.Helper()
	must(t, db.rows(context.Background(), "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name", nil, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	}))
	return names
}

// Tables that go under a running server are made again by its next batch, of which nothing is
// lost: the one that found them gone, and those after it.
func TestLostTablesAreMadeAgain(t *testing.T) {
	for name, lost := range map[string][]string{
		"all of them":        nil,
		"one":                {"recent_reports"},
		"all but other sums": {"migrations", "reports", "quarter_counts"},
	} {
		t.Run(name, func(t *testing.T) {
			overSingle(t, func(t *testing.T, db *DB) {
				random, log := seeded(t), &memoryLog{}
				archiver, whole := log.archiver(prepared(t, db)), relationsOf(t, db)
				now := outage.MinuteOf(time.Now())
				span := outage.Span{From: now - 60, To: now}
				log.entries = randomEntries(t, random, 100, span)
				archiver.catchUp(context.Background())
				must(t, archiver.Failing())
				before := len(log.entries)
				from := before // of the entries whose reports and quarter hours are there at the end
				if name == "one" {
					from = 0
				}
				if lost == nil {
					lost = whole
				}
				for _, relation := range lost {
					must(t, db.exec(context.Background(), "DROP TABLE "+relation+" SYNC"))
				}
				repairs := value(t, repairsTotal, repairMade)
				for range 2 {
					log.entries = append(log.entries, randomEntries(t, random, 100, span)...)
					archiver.catchUp(context.Background())
					must(t, archiver.Failing())
				}
				if log.trimmed != len(log.entries) || log.batch != nil {
					t.Errorf("%d of %d entries are archived, batch %v", log.trimmed, len(log.entries), log.batch)
				}
				if made := value(t, repairsTotal, repairMade) - repairs; made != 1 {
					t.Errorf("%g repairs are counted", made)
				}
				if got := relationsOf(t, db); !slices.Equal(got, whole) {
					t.Errorf("there are %v, want %v", got, whole)
				}
				held := log.entries[from:]
				judged := int64(0)
				for _, e := range held {
					judged += int64(countOf(e).Judged * 1000)
				}
				checkNumbers(t, db, []numberCheck{
					{"SELECT toInt64(count()) FROM reports", int64(len(held))},
					// Not what the migrations once made of the minutes before.
					{"SELECT sum(judged) FROM quarter_counts", judged},
				})
				if !slices.Contains(lost, "recent_reports") {
					before = 0
				}
				checkRecent(t, db, log.entries[before:])
			})
		})
	}
}

// A database that was dropped is made again, and its tables in it.
func TestLostDatabaseIsMadeAgain(t *testing.T) {
	harness := embeddedDB(t)
	name := ""
	must(t, harness.conn.QueryRow(context.Background(), "SELECT currentDatabase()").Scan(&name))
	way := transport(t)
	db, err := connect(clickhouse.Options{
		Addr: []string{"embedded"}, Auth: clickhouse.Auth{Database: name}, TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return way, nil },
	}, time.Minute)
	must(t, err)
	defer db.Close()
	log := &memoryLog{}
	archiver := log.archiver(prepared(t, db))
	must(t, db.exec(context.Background(), "DROP DATABASE "+name+" SYNC"))
	now := outage.MinuteOf(time.Now())
	log.entries = randomEntries(t, seeded(t), 100, outage.Span{From: now - 60, To: now})
	archiver.catchUp(context.Background())
	must(t, archiver.Failing())
	checkTables(t, db, log.entries)
}

// loses is a ClickHouse that has no table and makes none.
type loses struct {
	answers
	tries *atomic.Int64
}

func (l loses) RoundTrip(request *http.Request) (*http.Response, error) {
	reply, err := l.answers.RoundTrip(request)
	if err == nil && reply.StatusCode == http.StatusInternalServerError {
		l.tries.Add(1)
	}
	return reply, err
}

// Tables that cannot be made again are tried again later and later, and the reports wait.
func TestRepairWaits(t *testing.T) {
	var tries atomic.Int64
	db, err := OpenDB(Options{Transport: loses{answers{"25.3.1.1", "Code: 60. DB::Exception: Table default.reports does not exist. (UNKNOWN_TABLE)\n"}, &tries}})
	must(t, err)
	defer db.Close()
	now := outage.MinuteOf(time.Now())
	log := &memoryLog{entries: randomEntries(t, seeded(t), 10, outage.Span{From: now - 60, To: now})}
	archiver := log.archiver(db)
	archiver.catchUp(context.Background())
	if err := archiver.Failing(); err == nil || !lost(err) || log.trimmed > 0 {
		t.Fatalf("%d entries are trimmed, %v", log.trimmed, err)
	}
	repair := func(at time.Time) bool {
		before := tries.Load()
		if archiver.repair(context.Background(), archiver.Failing(), at) {
			t.Error("repaired")
		}
		return tries.Load() > before
	}
	at := time.Now()
	if repair(at) {
		t.Error("the tables are made again at once")
	}
	waits := []time.Duration{}
	for range 8 {
		from := at
		for !repair(at) {
			at = at.Add(time.Second)
		}
		waits = append(waits, at.Sub(from))
	}
	if last := waits[len(waits)-1]; last < 20*time.Second || last > repairWaits.Most+time.Second {
		t.Errorf("waits of %v", waits)
	}
}
