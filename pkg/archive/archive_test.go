package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	block "github.com/ClickHouse/clickhouse-go/v2/lib/proto"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestMigrationsCanRunAgain(t *testing.T) {
	overSingle(t, func(t *testing.T, db *DB) {
		entries := randomEntries(t, seeded(t), 50, testSpan)
		for i := range 3 {
			must(t, db.Prepare(context.Background()))
			must(t, db.insert(context.Background(), "batch", entries))
			if i == 1 { // as after a crash before the version was written
				must(t, db.exec(context.Background(), "TRUNCATE TABLE migrations"))
			}
		}
		checkTables(t, db, entries)
		if got := number(t, db, "SELECT toInt64(count()) FROM migrations"); got != int64(len(migrations)) {
			t.Errorf("%d migrations are written down, want %d", got, len(migrations))
		}
	})
}

func TestRollUpsAreThoseOfTheSchema(t *testing.T) {
	db := prepared(t, embeddedDB(t))
	for _, of := range rollUps {
		view := ""
		must(t, db.conn.QueryRow(context.Background(), "SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = ?",
			"reports_to_"+of.table).Scan(&view))
		for _, part := range slices.Concat(of.keys, of.sums) {
			if !strings.Contains(view, part.of) || part.of != part.name && !strings.Contains(view, part.of+" AS "+part.name) && !strings.Contains(view, "sum("+part.of+") AS "+part.name) {
				t.Errorf("the view of %s does not hold %s AS %s: %s", of.table, part.of, part.name, view)
			}
		}
	}
}

func TestNewerTablesAreRejected(t *testing.T) {
	overSingle(t, func(t *testing.T, db *DB) {
		prepared(t, db)
		must(t, db.exec(context.Background(), "INSERT INTO migrations (version) VALUES (99)"))
		err := db.Prepare(context.Background())
		want := fmt.Sprintf("the archive was made by a newer downpour: its tables are of version 99, this program knows %d", len(migrations))
		if err == nil || err.Error() != want || !refused(err) {
			t.Errorf("got %v", err)
		}
	})
}

// answers is a ClickHouse of one release that returns one exception.
type answers struct{ release, exception string }

func (a answers) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	reply := &http.Response{StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: request, Header: http.Header{}}
	var data []byte
	switch text := string(body); {
	case strings.Contains(text, "displayName()"):
		data = encoded(clickhouse.ClientTCPProtocolVersion, map[string]any{
			"displayName()": "fake", "version()": a.release, "revision()": uint32(0), "timezone()": "UTC"})
	case strings.Contains(text, "version()"):
		data = encoded(0, map[string]any{"version()": a.release})
	default:
		reply.StatusCode, data = 500, []byte(a.exception)
		reply.Header.Set("X-ClickHouse-Exception-Code", strings.TrimSuffix(strings.Fields(a.exception)[1], "."))
	}
	reply.Body, reply.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	return reply, nil
}

func encoded(revision uint64, row map[string]any) []byte {
	out := block.NewBlock()
	for _, name := range []string{"displayName()", "version()", "revision()", "timezone()"} {
		value, wanted := row[name]
		if !wanted {
			continue
		}
		kind := column.Type("String")
		if _, is := value.(uint32); is {
			kind = "UInt32"
		}
		err := errors.Join(out.AddColumn(name, kind), out.Columns[len(out.Columns)-1].AppendRow(value))
		if err != nil {
			panic(err) // the columns are those above
		}
	}
	var buffer proto.Buffer
	if err := out.Encode(&buffer, revision); err != nil {
		panic(err) // as above
	}
	return buffer.Buf
}

func TestClickHouseThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		way  answers
		says string
		ends bool // asking again will not help
	}{
		"too old": {answers{release: "23.1.3.5"}, "clickhouse is release 23.1.3.5, and 24.8 or newer is needed", true},
		"no rights": {answers{"25.3.1.1", "Code: 497. DB::Exception: reader: Not enough privileges. (ACCESS_DENIED)\n"},
			"needs the right to create tables", true},
		"short of memory": {answers{"25.3.1.1", "Code: 241. DB::Exception: Memory limit (total) exceeded.\n(MEMORY_LIMIT_EXCEEDED)\n"}, "MEMORY_LIMIT", false},
	} {
		t.Run(name, func(t *testing.T) {
			db, err := OpenDB(Options{Transport: c.way})
			must(t, err)
			defer db.Close()
			err = db.Prepare(context.Background())
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") || refused(err) != c.ends {
				t.Errorf("got %q, refused %t", err, refused(err))
			}
		})
	}
}

func TestAddressesOfClickHouse(t *testing.T) {
	for address, want := range map[string]string{
		"http://db:8123": "", "https://user:word@db:8443/outages": "", "http://db:8123/outages": "",
		"https://db": "", "http://db:8123?secure=1": "must be", "db:8123": "must be", "tcp://db:9000": "must be", "http://": "must be", "": "must be",
	} {
		db, err := OpenDB(Options{URL: address})
		if err == nil {
			db.Close()
		}
		if got := fmt.Sprint(err); want == "" && err != nil || !strings.Contains(got, want) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestOneTokenCountsOnce(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		entries := randomEntries(t, seeded(t), 500, testSpan)
		prepared(t, db)
		for range 3 {
			must(t, db.insert(context.Background(), "one", entries))
			checkTables(t, db, entries)
		}
		must(t, db.insertAgain(context.Background(), "one", entries))
		checkTables(t, db, entries)
	})
}

// Whatever part of a batch is in whichever table, inserting it again makes it
// whole: also where the token is known and the rows are not there.
func TestInsertAgainMendsEveryTable(t *testing.T) {
	damages := map[string][]string{
		"nothing was inserted":           nil,
		"all was":                        {""},
		"a roll-up is behind":            {"", "TRUNCATE TABLE minute_counts"},
		"both roll-ups are behind":       {"", "TRUNCATE TABLE minute_counts", "TRUNCATE TABLE quarter_counts"},
		"a token without rows":           {"", "TRUNCATE TABLE reports"},
		"tokens without rows":            {"", "TRUNCATE TABLE reports", "TRUNCATE TABLE minute_counts", "TRUNCATE TABLE quarter_counts"},
		"some rows are there":            {"", "DELETE FROM reports WHERE sign > 0 AND random % 2 = 0"},
		"a roll-up has a part of a part": {"", "DELETE FROM quarter_counts WHERE cell % 16 < 8"},
		"recent reports are behind":      {"", "TRUNCATE TABLE recent_reports"},
		"recent tokens without rows":     {"", "TRUNCATE TABLE recent_reports", "TRUNCATE TABLE shard_counts"},
		"the shards are behind":          {"", "TRUNCATE TABLE shard_counts"},
		"networks are behind":            {"", "TRUNCATE TABLE network_counts", "TRUNCATE TABLE shard_networks"},
		"networks counted twice":         {"", "INSERT INTO network_counts SELECT * FROM network_counts", "INSERT INTO shard_networks SELECT * FROM shard_networks"},
		"the shards counted twice":       {"", "INSERT INTO shard_counts SELECT * FROM shard_counts"},
		"a roll-up counted twice":        {"", "INSERT INTO minute_counts SELECT * FROM minute_counts"},
	}
	for name, statements := range damages {
		over := overSingle
		if slices.Contains([]string{"tokens without rows", "some rows are there", "a roll-up counted twice"}, name) {
			over = overEvery
		}
		t.Run(name, func(t *testing.T) {
			over(t, func(t *testing.T, db *DB) {
				random := seeded(t)
				now := outage.MinuteOf(time.Now()).Floor(outage.Quarter) // few quarter hours, so that the batch has all of them
				span := outage.Span{From: now - 4*outage.Quarter, To: now}
				before, batch := randomEntries(t, random, 300, span), randomEntries(t, random, 300, span)
				insertAll(t, random, prepared(t, db), before)
				const token = "2-batch"
				shard, err := db.shardOf(context.Background(), token)
				must(t, err)
				for _, statement := range statements {
					if statement == "" {
						must(t, db.insert(context.Background(), token, batch))
						continue
					}
					must(t, shard.exec(context.Background(), statement))
				}
				all, short := batchAndRest(t, db, reports, before, batch), batchAndRest(t, db, recentReports, before, batch)
				for range 2 {
					must(t, db.insertAgain(context.Background(), token, batch))
					checkReports(t, db, all)
					checkRecent(t, db, short)
				}
			})
		})
	}
}

// batchAndRest is the batch and what a raw table holds of the others: what a
// test took away of those is not for the batch to bring back.
func batchAndRest(t *testing.T, db *DB, raw rawTable, before, batch []outage.Entry) []outage.Entry {
	t.Helper()
	gone, err := db.missing(context.Background(), raw, before)
	must(t, err)
	lost := map[row]bool{}
	for _, e := range gone {
		lost[raw.row(e)] = true
	}
	kept := slices.DeleteFunc(slices.Clone(before), func(e outage.Entry) bool { return lost[raw.row(e)] })
	return append(kept, batch...)
}

// Raw reports are deleted after a while, and roll-ups must not follow them.
func TestOldRollUpsAreNotMended(t *testing.T) {
	db, random := prepared(t, embeddedDB(t)), seeded(t)
	old := outage.MinuteOf(time.Now().Add(-rawFor)).Floor(outage.Quarter) - 60
	entries := randomEntries(t, random, 100, outage.Span{From: old, To: old + 30})
	must(t, db.insert(context.Background(), "old", entries))
	want := number(t, db, "SELECT sum(submissions) FROM quarter_counts")
	must(t, db.exec(context.Background(), "TRUNCATE TABLE reports"))
	again := randomEntries(t, random, 10, outage.Span{From: old, To: old + 30})
	for range 2 {
		must(t, db.insertAgain(context.Background(), "again", again))
	}
	for _, e := range again {
		want += int64(e.Sign)
	}
	if got := number(t, db, "SELECT sum(submissions) FROM quarter_counts"); got != want {
		t.Errorf("%d submissions, want %d", got, want)
	}
}

func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "batch")
	entries := randomEntries(t, seeded(t), 100, testSpan)
	journal := NewJournal(path)
	left := func(want string, of []outage.Entry) {
		t.Helper()
		token, got, err := NewJournal(path).read()
		if err != nil || token != want || !slices.EqualFunc(got, of, func(a, b outage.Entry) bool { return a.ID == b.ID && a.At.Equal(b.At) && a.Sign == b.Sign }) {
			t.Errorf("left: token %q and %d entries, %v", token, len(got), err)
		}
	}
	left("", nil)
	must(t, journal.write("first", entries))
	must(t, journal.write("first", entries))
	left("first", entries)
	must(t, journal.write("second", entries[:3]))
	left("second", entries[:3])
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %s", info.Mode())
	}
	must(t, journal.remove())
	must(t, journal.remove())
	left("", nil)
	files, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(files) > 0 {
		t.Errorf("%d files stay", len(files))
	}
	must(t, os.WriteFile(path, []byte("torn"), 0o600))
	if _, _, err := journal.read(); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("a torn file: %v", err)
	}
}

// away is a ClickHouse that does not exist.
type away struct{}

func (away) RoundTrip(*http.Request) (*http.Response, error) { return nil, iotest.ErrTimeout }

func TestErrorsOfReadingSayUnavailable(t *testing.T) {
	db, err := OpenDB(Options{Transport: away{}})
	must(t, err)
	defer db.Close()
	ctx := context.Background()
	_, counts := db.Counts(ctx, outage.Query{})
	_, table := db.Table(ctx, outage.Query{Span: testSpan.Snap(outage.Quarter)}, 4, 3)
	for name, err := range map[string]error{
		"counts": counts, "table": table,
		"shards":  db.ShardCounts(ctx, 0, func(byte, outage.Count) {}),
		"entries": db.Entries(ctx, time.Now(), func(outage.Entry) {}),
	} {
		known := outage.AsError(err)
		if known == nil || known.Code != outage.CodeUnavailable || known.RetryAfter == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	archiver := NewArchiver(Config{DB: db, Logger: slog.New(slog.DiscardHandler), Journal: NewJournal("batch")})
	if err := archiver.Entries(ctx, time.Now(), nil); !errors.Is(err, errNotRecovered) {
		t.Errorf("before the journal was read: %v", err)
	}
}
