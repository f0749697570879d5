package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/embedded"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// processVariable makes this test program the command itself, so that tests can
// kill it.
const processVariable = "DOWNPOUR_TEST_PROCESS"

func init() {
	if os.Getenv(processVariable) != "" {
		_ = os.Unsetenv(processVariable)
		stop := profileTo(os.Getenv(profileVariable))
		main()
		stop()
		os.Exit(0)
	}
}

// profileVariable is what the names of the processor profiles begin with that processes
// write which a test stops; their number follows.
const profileVariable = "DOWNPOUR_TEST_PROFILE"

func profileTo(path string) (stop func()) {
	if path == "" {
		return func() {}
	}
	to, err := os.Create(fmt.Sprint(path, ".", os.Getpid()))
	if err == nil {
		err = pprof.StartCPUProfile(to)
	}
	if err != nil {
		panic(err)
	}
	return func() {
		pprof.StopCPUProfile()
		_ = to.Close()
	}
}

// process is a downpour of its own, which can be killed and started again.
type process struct {
	arguments   []string
	environment []string
	files       int // the limit of open files; 0 is that of the test
	running     *exec.Cmd
	output      *lines
}

// newProcess is not started yet. It ends with the test.
func newProcess(t testing.TB, arguments ...string) *process {
	t.Helper()
	p := &process{arguments: arguments, output: &lines{}, environment: []string{embedded.LibraryVariable + "=" + engineLibrary(t)}}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the last lines of downpour %s:\n%s", strings.Join(p.arguments, " "), p.last(15))
		}
	})
	return p
}

// engineLibrary is the path of libchdb in this checkout. Without it the test is
// skipped, but fails under CI.
func engineLibrary(t testing.TB) string {
	t.Helper()
	path := os.Getenv(embedded.LibraryVariable)
	if path == "" {
		path, _ = filepath.Abs(embedded.InRepository("../..")) // fails only without a working directory
	}
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the engine is missing in CI: %v", err)
		}
		t.Skipf("the engine is not installed, make build installs it: %v", err)
	}
	return path
}

func (p *process) start(t testing.TB) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p.running = exec.Command(self, p.arguments...)
	if p.files > 0 {
		shell := []string{"-c", fmt.Sprintf(`ulimit -n %d && exec "$0" "$@"`, p.files), self}
		p.running = exec.Command("/bin/sh", append(shell, p.arguments...)...)
	}
	p.running.Env = append(append(os.Environ(), processVariable+"=1"), p.environment...)
	p.running.Stderr = p.output
	if err := p.running.Start(); err != nil {
		t.Fatal(err)
	}
}

// kill ends the process at once, as a crash would.
func (p *process) kill() {
	if p.running != nil {
		_ = p.running.Process.Kill()
		_ = p.running.Wait()
		p.running = nil
	}
}

// stopPatience is how long a process may take to stop.
const stopPatience = 3 * time.Minute

// stop ends the process as a service manager does. A process that does not end
// is made to print its goroutines, which is what the test fails with.
func (p *process) stop(t testing.TB) {
	t.Helper()
	if err := p.running.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- p.running.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("stopping: %v", err)
		}
		p.running = nil
	case <-time.After(stopPatience):
		_ = p.running.Process.Signal(syscall.SIGQUIT)
		<-ended
		p.running = nil
		t.Fatalf("not stopped within %s:\n%s", stopPatience, p.output.String())
	}
}

// last is the last lines of the process's output.
func (p *process) last(n int) string {
	all := strings.Split(strings.TrimSpace(p.output.String()), "\n")
	return strings.Join(all[max(0, len(all)-n):], "\n")
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	const patience = 2 * time.Minute
	ticks := time.NewTicker(50 * time.Millisecond)
	defer ticks.Stop()
	late := time.After(patience)
	for !holds() {
		select {
		case <-ticks.C:
		case <-late:
			t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// fetch gets an address; status 0 is no answer.
func fetch(address string) (status int, body string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err.Error()
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
}

const vaultPassword = "a password of tests"

// vault is a ClickHouse of this program behind a listener.
type vault struct {
	*process
	address string
}

func newVault(t testing.TB, data string) vault {
	t.Helper()
	address := redistest.FreeAddress(t)
	return vault{newProcess(t, "clickhouse", "--listen", address, "--data", data, "--password", vaultPassword), address}
}

// url is the address with the password in it, as a server takes it.
func (v vault) url() string {
	return (&url.URL{Scheme: "http", User: url.UserPassword("default", vaultPassword), Host: v.address}).String()
}

func (v vault) startAndWait(t testing.TB) {
	t.Helper()
	v.start(t)
	eventually(t, "starting clickhouse", func() bool { status, _ := fetch("http://" + v.address + "/ping"); return status == 200 })
}

// ask returns the rows of a query.
func (v vault) ask(t testing.TB, query string) []string {
	t.Helper()
	response, err := http.Post("http://"+v.address+"/?password="+url.QueryEscape(vaultPassword), "text/plain", strings.NewReader(query))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var rows []string
	reader := bufio.NewScanner(response.Body)
	for reader.Scan() {
		rows = append(rows, reader.Text())
	}
	if response.StatusCode != http.StatusOK || reader.Err() != nil {
		t.Fatalf("%s: %s %v %v", query, response.Status, rows, reader.Err())
	}
	return rows
}

// total is the number of problem reports of the last hours, from the API.
func total(base string) (n int64, ok bool) {
	status, body := fetch(base + "/api/v1/heatmap?window=6h")
	if status != http.StatusOK {
		return 0, false
	}
	_, text, _ := strings.Cut(body, `"total":`)
	_, err := fmt.Sscan(strings.TrimSpace(text), &n)
	return n, err == nil || strings.HasPrefix(strings.TrimSpace(text), "0")
}
