package embedded_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/embedded"
)

func TestOpenRejects(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	notALibrary := filepath.Join(t.TempDir(), "libchdb.so")
	must(t, os.WriteFile(notALibrary, []byte("not a library"), 0o600))
	for _, c := range []struct {
		name    string
		options embedded.Options
		says    string
	}{
		{"no directory", embedded.Options{}, "no data directory"},
		{"a missing library", embedded.Options{Library: "/nowhere/libchdb.so", Path: t.TempDir()}, "/nowhere/libchdb.so"},
		{"what is no library", embedded.Options{Library: notALibrary, Path: t.TempDir()}, notALibrary},
	} {
		t.Run(c.name, func(t *testing.T) {
			archive, err := embedded.Open(context.Background(), c.options)
			if err == nil {
				archive.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q", err)
			}
		})
	}
}

func TestOpenWithoutTheLibrary(t *testing.T) {
	t.Setenv(embedded.LibraryVariable, "")
	_, err := embedded.Open(context.Background(), embedded.Options{Path: t.TempDir()})
	if !errors.Is(err, embedded.ErrNoLibrary) {
		t.Errorf("got %v", err)
	}
}

func TestDirectoryThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	child := spawn(t, filepath.Join(file, "data"))
	if got := strings.Join(child.said, "\n"); !strings.HasPrefix(got, "opening the archive in "+file) || !strings.HasSuffix(got, "not a directory") {
		t.Errorf("said %q", got)
	}
}

func TestSecondEngineInOneProcess(t *testing.T) {
	shared(t)
	_, err := embedded.Open(context.Background(), embedded.Options{Library: library(t), Path: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "already has one open") {
		t.Errorf("got %v", err)
	}
}

// What curl sees.
func TestPlainHTTP(t *testing.T) {
	server := httptest.NewServer(shared(t).Handler())
	defer server.Close()
	for _, c := range []struct {
		name, address, body string
		status              int
		code, says          string
	}{
		{"ping", "/ping", "", 200, "", "Ok.\n"},
		{"question in the address", "/?query=SELECT%201", "", 200, "", "1\n"},
		{"question in the body", "/", "SELECT 1, 2", 200, "", "1\t2\n"},
		{"format", "/?default_format=CSV", "SELECT 'a'", 200, "", "\"a\"\n"},
		{"format in the text", "/", "SELECT 1 AS a FORMAT JSONEachRow", 200, "", "{\"a\":1}\n"},
		{"parameter", "/?param_a=x", "SELECT {a:String}", 200, "", "x\n"},
		{"many rows in a format with a frame", "/?default_format=CSVWithNames", "SELECT count(), sum(number) FROM numbers(300000)", 200, "", "\"count()\",\"sum(number)\"\n300000,44999850000\n"},
		{"unknown table", "/", "SELECT * FROM nowhere", 404, "60", "Code: 60. DB::Exception: "},
		{"unknown database", "/?database=nowhere", "SELECT 1", 404, "81", "Code: 81. DB::Exception: "},
		{"no database", "/", "SELECT currentDatabase(), timezone()", 200, "", "default\tUTC\n"},
		{"truth of a setting", "/?optimize_read_in_order=false", "SELECT getSetting('optimize_read_in_order')", 200, "", "false\n"},
		{"wrong text", "/", "SELEC", 400, "62", "Code: 62. DB::Exception: "},
		{"a deep query", "/", "SELECT " + strings.Repeat("(", 900) + "1" + strings.Repeat(")", 900), 400, "306", "Code: 306"},
		{"a wide query", "/", "SELECT " + strings.Repeat("sin(", 450) + "0" + strings.Repeat(")", 450), 200, "", "0\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			response, err := http.Post(server.URL+c.address, "text/plain", strings.NewReader(c.body))
			must(t, err)
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			must(t, err)
			if c.name == "a deep query" { // answered, not crashed; how is the engine's affair
				return
			}
			if response.StatusCode != c.status || response.Header.Get("X-ClickHouse-Exception-Code") != c.code || !strings.HasPrefix(string(body), c.says) {
				t.Errorf("status %d, code %q, %.200q", response.StatusCode, response.Header.Get("X-ClickHouse-Exception-Code"), body)
			}
		})
	}
}

// A child does it, since the tests of this process share one engine.
func TestReopenInOneProcess(t *testing.T) {
	child := spawn(t, t.TempDir(), "reopen")
	if got := strings.Join(child.said, "\n"); got != "" {
		t.Errorf("said %q", got)
	}
	child.leave(t)
}
