package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/embedded"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// engine is the one that all tests of this process share.
var engine struct {
	once sync.Once
	*embedded.ClickHouse
	err error
}

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(child())
	}
	folder, err := os.MkdirTemp("", "downpour-embedded-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	dataFolder = folder
	code := m.Run()
	if engine.ClickHouse != nil {
		if err := engine.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.RemoveAll(folder)
	os.Exit(code)
}

var dataFolder string

// library is the path of libchdb in this checkout. Without it the tests of the
// engine are skipped, but never in CI, where a missing engine is a fault.
func library(t testing.TB) string {
	t.Helper()
	path := os.Getenv(embedded.LibraryVariable)
	if path == "" {
		path = embedded.InRepository("../..")
	}
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the engine is missing in CI: %v", err)
		}
		t.Skipf("the engine is not installed, make build installs it: %v", err)
	}
	return path
}

// shared is the engine of this process, opened when it is first needed.
func shared(t testing.TB) *embedded.ClickHouse {
	t.Helper()
	path := library(t)
	engine.once.Do(func() {
		engine.ClickHouse, engine.err = embedded.Open(context.Background(), embedded.Options{Library: path, Path: dataFolder})
	})
	if engine.err != nil {
		t.Fatal(engine.err)
	}
	return engine.ClickHouse
}

// overEvery runs a test over each way to reach a ClickHouse: in the process,
// through a listener, and a real server where CLICKHOUSE_URL names one. Each
// run has a database of its own.
func overEvery(t *testing.T, test func(t *testing.T, conn driver.Conn)) {
	t.Helper()
	t.Run("transport", func(t *testing.T) {
		transport := shared(t).Transport()
		test(t, dial(t, func(o *clickhouse.Options) {
			o.Addr = []string{"embedded"}
			o.TransportFunc = func(*http.Transport) (http.RoundTripper, error) { return transport, nil }
		}))
	})
	t.Run("listener", func(t *testing.T) {
		server := httptest.NewServer(shared(t).Handler())
		t.Cleanup(server.Close)
		test(t, dial(t, func(o *clickhouse.Options) { o.Addr = []string{server.Listener.Addr().String()} }))
	})
	t.Run("server", func(t *testing.T) {
		address := os.Getenv("CLICKHOUSE_URL")
		if address == "" {
			t.Skip("CLICKHOUSE_URL names no server")
		}
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		test(t, dial(t, func(o *clickhouse.Options) {
			o.Addr = []string{parsed.Host}
			o.Auth.Username = parsed.User.Username()
			o.Auth.Password, _ = parsed.User.Password()
		}))
	})
}

// dial connects to a fresh database that goes with the test.
func dial(t testing.TB, where func(*clickhouse.Options)) driver.Conn {
	t.Helper()
	database := fmt.Sprintf("test_%d", time.Now().UnixNano())
	open := func(name string) driver.Conn {
		options := &clickhouse.Options{Protocol: clickhouse.HTTP, MaxOpenConns: 8}
		options.Auth.Database = name
		where(options)
		conn, err := clickhouse.Open(options)
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	root := open("default")
	must(t, root.Exec(context.Background(), "CREATE DATABASE "+database))
	conn := open(database)
	t.Cleanup(func() {
		must(t, conn.Close())
		must(t, root.Exec(context.Background(), "DROP DATABASE "+database))
		must(t, root.Close())
	})
	return conn
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// one asks for a single value.
func one[T any](t testing.TB, conn driver.Conn, query string, args ...any) (value T) {
	t.Helper()
	if err := conn.QueryRow(context.Background(), query, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func TestPingAndVersion(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		must(t, conn.Ping(context.Background()))
		version, err := conn.ServerVersion()
		must(t, err)
		if version.Version.Major < 24 {
			t.Errorf("version %v", version)
		}
		t.Logf("engine %s", one[string](t, conn, "SELECT version()"))
	})
}

func TestDatabaseOfTheConnection(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		if name := one[string](t, conn, "SELECT currentDatabase()"); !strings.HasPrefix(name, "test_") {
			t.Errorf("database %q", name)
		}
	})
}

func TestParameters(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		ctx := clickhouse.Context(context.Background(), clickhouse.WithParameters(clickhouse.Parameters{"n": "41", "s": `it's \\ "quoted"`}))
		var n uint64
		var s string
		must(t, conn.QueryRow(ctx, "SELECT {n:UInt64} + 1, {s:String}").Scan(&n, &s))
		if n != 42 || s != `it's \ "quoted"` {
			t.Errorf("got %d and %q", n, s)
		}
		if got := one[string](t, conn, "SELECT ?", "a'b\nc"); got != "a'b\nc" {
			t.Errorf("bound %q", got)
		}
		// A parameter belongs to its query alone.
		if err := conn.QueryRow(context.Background(), "SELECT {n:UInt64}").Scan(&n); err == nil {
			t.Error("a parameter outlived its query")
		}
	})
}

func TestSettingsHoldForOneRequest(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		ask := func(settings clickhouse.Settings) uint64 {
			ctx := clickhouse.Context(context.Background(), clickhouse.WithSettings(settings))
			var value uint64
			must(t, conn.QueryRow(ctx, "SELECT toUInt64(getSetting('max_result_rows'))").Scan(&value))
			return value
		}
		before := ask(nil)
		if got := ask(clickhouse.Settings{"max_result_rows": 12345}); got != 12345 {
			t.Errorf("setting arrived as %d", got)
		}
		for range 8 { // more than there are connections
			if got := ask(nil); got != before {
				t.Fatalf("setting outlived its request: %d", got)
			}
		}
	})
}

func TestExceptions(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		for _, c := range []struct {
			query string
			code  int32
			name  string
		}{
			{"SELECT * FROM nowhere", 60, "UNKNOWN_TABLE"},
			{"SELEC 1", 62, "SYNTAX_ERROR"},
			{"SELECT throwIf(1)", 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"},
			{"INSERT INTO nowhere VALUES (1)", 60, "UNKNOWN_TABLE"},
			{"CREATE TABLE t (a Nonsense) ENGINE = Memory", 50, "UNKNOWN_TYPE"},
		} {
			err := conn.Exec(context.Background(), c.query)
			var exception *clickhouse.Exception
			if !errors.As(err, &exception) {
				t.Errorf("%s: %v is no exception", c.query, err)
				continue
			}
			if exception.Code != c.code || !strings.Contains(exception.Message, c.name) {
				t.Errorf("%s: code %d: %s", c.query, exception.Code, exception.Message)
			}
		}
		unknown := clickhouse.Context(context.Background(), clickhouse.WithSettings(clickhouse.Settings{"no_such_setting": 1}))
		var exception *clickhouse.Exception
		if err := conn.Exec(unknown, "SELECT 1"); !errors.As(err, &exception) || exception.Code != 115 {
			t.Errorf("unknown setting: %v", err)
		}
		must(t, conn.Ping(context.Background()))
	})
}

func TestExceptionAfterTheFirstRows(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		rows, err := conn.Query(context.Background(), "SELECT number, throwIf(number = 900000) FROM numbers(1000000)")
		seen := 0
		if err == nil {
			for rows.Next() {
				seen++
			}
			err = rows.Err()
			rows.Close()
		}
		var exception *clickhouse.Exception
		if !errors.As(err, &exception) || exception.Code != 395 {
			t.Errorf("after %d rows: %v", seen, err)
		}
	})
}

func TestEmptyResult(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		rows, err := conn.Query(context.Background(), "SELECT number FROM numbers(0)")
		must(t, err)
		if rows.Next() {
			t.Error("a row came from nowhere")
		}
		must(t, rows.Err())
		must(t, rows.Close())
	})
}

func TestLargeResult(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		rows, err := conn.Query(context.Background(), "SELECT number, toString(number) FROM numbers(1000000)")
		must(t, err)
		var sum, number, count uint64
		var text string
		for rows.Next() {
			must(t, rows.Scan(&number, &text))
			sum += number
			count++
		}
		must(t, rows.Err())
		if count != 1_000_000 || sum != 499_999_500_000 || text != "999999" {
			t.Errorf("%d rows, sum %d, last %q", count, sum, text)
		}
	})
}

func TestConcurrentQueries(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		var group sync.WaitGroup
		for worker := range 8 {
			group.Go(func() {
				for i := range 20 {
					want := uint64(worker*1000 + i)
					var got uint64
					ctx := clickhouse.Context(context.Background(), clickhouse.WithSettings(clickhouse.Settings{"max_result_rows": 1000 + worker}))
					if err := conn.QueryRow(ctx, "SELECT toUInt64(?)", want).Scan(&got); err != nil || got != want {
						t.Errorf("asked for %d: %d, %v", want, got, err)
						return
					}
				}
			})
		}
		group.Wait()
	})
}

func TestHexagons(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		// The example of ClickHouse's own documentation.
		if !one[bool](t, conn, "SELECT h3IsValid(599405990164561919) = 1") {
			t.Error("a valid cell is not valid")
		}
		if one[bool](t, conn, "SELECT h3IsValid(599405990164561918) = 1") {
			t.Error("nonsense is a valid cell")
		}
		if parent := one[uint64](t, conn, "SELECT h3ToParent(599405990164561919, 3)"); parent != 590398848891879423 {
			t.Errorf("parent %d", parent)
		}
	})
}

func TestCancelledCallerReturnsAtOnce(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := conn.Exec(ctx, "SELECT 1"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		// Nor does it help the engine to be in the middle of a long sum.
		ctx, cancel = context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		if err := conn.Exec(ctx, "SELECT max(sipHash64(number)) FROM numbers(50000000)"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		// Leaving in the middle of a large answer gives the session back:
		// otherwise the fifth would wait for ever.
		for range 6 {
			ctx, cancel := context.WithCancel(context.Background())
			rows, err := conn.Query(ctx, "SELECT number FROM numbers(100000000)")
			must(t, err)
			if !rows.Next() {
				t.Fatal("no row")
			}
			cancel()
			for rows.Next() {
			}
			rows.Close()
		}
		must(t, conn.Ping(context.Background()))
	})
}
