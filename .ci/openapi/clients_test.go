package clients

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// TestDefaultClients generates a client with each generator from the description
// that a running server gives, builds both, and files and undoes a report.
func TestDefaultClients(t *testing.T) {
	server := serve(t)
	response, err := http.Get(server + "/api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %v", response.StatusCode, err)
	}
	description := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(description, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("oapiclient", 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, "tool", "ogen", "--target", "ogenclient", "--package", "ogenclient", "--clean", description)
	run(t, "tool", "oapi-codegen", "-generate", "types,client", "-package", "oapiclient", "-o", "oapiclient/client.go", description)
	run(t, "run", "./roundtrip", server)
}

// run calls the go command and fails the test with what it printed.
func run(t *testing.T, arguments ...string) {
	t.Helper()
	if out, err := exec.Command("go", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", arguments, err, out)
	}
}

// serve starts bin/downpour with both engines in the process and returns its
// address once it is ready.
func serve(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	var log bytes.Buffer
	ctx, stop := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, "../../bin/downpour", "serve", "--listen", "127.0.0.1:0", "--data", data, "--redis", "embedded", "--clickhouse", "embedded")
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = in, in
	if err := command.Start(); err != nil {
		t.Fatalf("%v (make build builds it)", err)
	}
	in.Close()
	address := make(chan string, 1)
	read := make(chan struct{})
	go func() { // ends when the server does, and with it the pipe
		defer close(read)
		lines, line := make([]byte, 4096), regexp.MustCompile(`msg=listening address=(\S+)`)
		for {
			n, err := out.Read(lines)
			log.Write(lines[:n])
			if found := line.FindSubmatch(log.Bytes()); found != nil {
				select {
				case address <- "http://" + string(found[1]):
				default:
				}
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		_ = command.Wait()
		<-read
		if t.Failed() {
			t.Logf("the server logged:\n%s", log.Bytes())
		}
	})
	late := time.After(30 * time.Second)
	var base string
	select {
	case base = <-address:
	case <-read:
		t.Fatal("the server ended before it listened")
	case <-late:
		t.Fatal("the server did not listen within 30 seconds")
	}
	ticks := time.NewTicker(100 * time.Millisecond)
	defer ticks.Stop()
	for {
		if response, err := http.Get(base + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return base
			}
		}
		select {
		case <-ticks.C:
		case <-late:
			t.Fatal("the server was not ready within 30 seconds")
		}
	}
}
