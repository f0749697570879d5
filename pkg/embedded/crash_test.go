package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/embedded"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// childVariable makes this test program a process that does one of the things
// of children to the directory in its first argument, so that tests can kill
// it, or have more than one engine.
const childVariable = "DOWNPOUR_TEST_CHILD"

var children = map[string]func(*embedded.ClickHouse, driver.Conn) error{
	"create": func(_ *embedded.ClickHouse, conn driver.Conn) error {
		for _, statement := range archiveTables {
			if err := conn.Exec(context.Background(), statement); err != nil {
				return err
			}
		}
		return nil
	},
	"send": func(_ *embedded.ClickHouse, conn driver.Conn) error {
		return send(once("batch"), conn, "log", 0, 20_000)
	},
	"hammer": func(_ *embedded.ClickHouse, conn driver.Conn) error {
		for batch := 0; ; batch++ {
			fmt.Println(batch)
			if err := send(once(fmt.Sprint(os.Getpid(), "-", batch)), conn, "log", 0, hammerRows); err != nil {
				return err
			}
		}
	},
	"again": func(_ *embedded.ClickHouse, conn driver.Conn) error {
		for n := 0; os.Getenv("DOWNPOUR_TEST_TOKEN_"+fmt.Sprint(n)) != ""; n++ {
			if err := send(once(os.Getenv("DOWNPOUR_TEST_TOKEN_"+fmt.Sprint(n))), conn, "log", 0, hammerRows); err != nil {
				return err
			}
		}
		return nil
	},
	"reopen": func(archive *embedded.ClickHouse, _ driver.Conn) error {
		for range 8 {
			if err := archive.Close(); err != nil {
				return err
			}
			folder, err := os.MkdirTemp(os.Args[1], "")
			if err != nil {
				return err
			}
			again, err := embedded.Open(context.Background(), embedded.Options{Library: os.Args[2], Path: folder})
			if err != nil {
				return err
			}
			archive = again
		}
		return archive.Close()
	},
	"count": func(_ *embedded.ClickHouse, conn driver.Conn) error {
		for _, query := range []string{"SELECT count() FROM log", "SELECT sum(reports) FROM rollup", "SELECT sum(reports) FROM totals"} {
			var count uint64
			if err := conn.QueryRow(context.Background(), query).Scan(&count); err != nil {
				return err
			}
			fmt.Println(count)
		}
		return nil
	},
	"panic": func(*embedded.ClickHouse, driver.Conn) (err error) {
		defer func() { err = nil; fmt.Println(recover()) }()
		var nothing *http.Request
		fmt.Println(nothing.Method)
		return nil
	},
	"fill": func(_ *embedded.ClickHouse, conn driver.Conn) error {
		ctx := context.Background()
		if err := conn.Exec(ctx, "CREATE TABLE full (n UInt64, s String) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100"); err != nil {
			return err
		}
		for i := range uint64(100) {
			ctx := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": fmt.Sprint(i)}))
			if err := conn.Exec(ctx, "INSERT INTO full SELECT number, randomPrintableASCII(1000) FROM numbers(1000)"); err != nil {
				fmt.Println(err)
				var count uint64
				if err := conn.QueryRow(context.Background(), "SELECT count() FROM full").Scan(&count); err != nil {
					return err
				}
				fmt.Println(count == i*1000)
				return nil
			}
		}
		return nil
	},
}

// hammerRows is how many rows each batch of the child "hammer" has.
const hammerRows = 1000

// child is the main function of a child: it opens the archive, does its thing,
// says "done" and waits for its input to end. It closes the archive then,
// unless it was killed.
func child() int {
	archive, err := embedded.Open(context.Background(), embedded.Options{Library: os.Args[2], Path: os.Args[1]})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	conn, err := clickhouse.Open(&clickhouse.Options{Protocol: clickhouse.HTTP, Addr: []string{"embedded"},
		TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return archive.Transport(), nil }})
	if err == nil {
		for _, name := range strings.Split(os.Getenv(childVariable), ",")[1:] {
			if err = children[name](archive, conn); err != nil {
				break
			}
		}
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("done")
	bufio.NewReader(os.Stdin).ReadByte()
	if err := archive.Close(); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// spawned is a child that has done its thing and waits.
type spawned struct {
	*exec.Cmd
	said  []string
	lines *bufio.Scanner
	end   func()
}

func spawn(t testing.TB, folder string, things ...string) *spawned {
	t.Helper()
	return spawnUntil(t, "done", folder, things...)
}

// spawnUntil comes back when the child has said a certain word.
func spawnUntil(t testing.TB, until, folder string, things ...string) *spawned {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	path, err := filepath.Abs(library(t))
	must(t, err)
	command := exec.Command(self, folder, path)
	command.Env = append(os.Environ(), childVariable+"="+strings.Join(append([]string{"open"}, things...), ","))
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	must(t, err)
	output, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	c := &spawned{Cmd: command, lines: bufio.NewScanner(output), end: func() { input.Close() }}
	for c.lines.Scan() {
		if c.lines.Text() == "done" {
			return c
		}
		c.said = append(c.said, c.lines.Text())
		if c.lines.Text() == until {
			return c
		}
	}
	return c
}

// kill ends a child without a warning, and hears the last it said.
func (c *spawned) kill(t testing.TB) {
	t.Helper()
	must(t, c.Process.Kill())
	for c.lines.Scan() {
		c.said = append(c.said, c.lines.Text())
	}
	c.Wait()
}

// leave ends a child in peace.
func (c *spawned) leave(t testing.TB) {
	t.Helper()
	c.end()
	if err := c.Wait(); err != nil {
		t.Errorf("leaving: %v (%s)", err, c.said)
	}
}

func TestAcknowledgedInsertsSurviveKill(t *testing.T) {
	folder := t.TempDir()
	spawn(t, folder, "create", "send").kill(t)
	for range 2 { // a retry of the same batch, after a crash and after a rest
		child := spawn(t, folder, "count", "send", "count")
		if got := strings.Join(child.said, " "); got != "20000 20000 20000 20000 20000 20000" {
			t.Errorf("counts before and after sending again: %s", got)
		}
		child.leave(t)
	}
}

// A process dies somewhere inside an insert, in the table or in one of its
// views. Whoever sends its batches again completes them and doubles nothing.
func TestKillAtAnyPointThenSendAgain(t *testing.T) {
	seed := uint64(os.Getpid())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	folder := t.TempDir()
	spawn(t, folder, "create").leave(t)
	var batches int
	for range 6 {
		last := random.IntN(8)
		child := spawnUntil(t, fmt.Sprint(last), folder, "hammer")
		for range random.IntN(20_000_000) {
			continue // up to the length of an insert, so that the end falls anywhere in it
		}
		child.kill(t)
		begun, err := strconv.Atoi(child.said[len(child.said)-1])
		must(t, err)
		for batch := range begun + 1 {
			t.Setenv("DOWNPOUR_TEST_TOKEN_"+fmt.Sprint(batches), fmt.Sprint(child.Process.Pid, "-", batch))
			batches++
		}
	}
	child := spawn(t, folder, "again", "count", "again", "count")
	want := fmt.Sprint(batches * hammerRows)
	for _, got := range child.said {
		if got != want {
			t.Fatalf("counts %v, want %s each", child.said, want)
		}
	}
	child.leave(t)
}

func TestDirectoryOfAnotherProcess(t *testing.T) {
	folder := t.TempDir()
	first := spawn(t, folder, "create")
	second := spawn(t, folder, "create")
	want := fmt.Sprintf("opening the archive in %s: another process has it open (process %d)", folder, first.Process.Pid)
	if got := strings.Join(second.said, "\n"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	first.kill(t)
	spawn(t, folder, "count").leave(t)
}

func TestPanicsStayPanics(t *testing.T) {
	child := spawn(t, t.TempDir(), "panic", "panic")
	if got := strings.Join(child.said, "\n"); strings.Count(got, "nil pointer dereference") != 2 {
		t.Errorf("said %q", got)
	}
	child.leave(t)
}
