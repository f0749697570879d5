package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
)

func TestHistory(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
		bad  bool
	}{
		{"28d", 28 * 24 * time.Hour, false},
		{"0d", 0, false},
		{"36h", 36 * time.Hour, false},
		{"90m", 90 * time.Minute, false},
		{"d", 0, true}, {"-1d", 0, true}, {"28", 0, true}, {"", 0, true}, {"999999999999d", 0, true},
	} {
		var got history
		err := got.UnmarshalText([]byte(c.text))
		if (err != nil) != c.bad || time.Duration(got) != c.want {
			t.Errorf("%q is %v, %v; want %v", c.text, time.Duration(got), err, c.want)
		}
	}
}

// written is a file of rows below a header.
func written(t *testing.T, rows string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte("timestamp,service,country,reporters,n\n"+rows), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBacktestCommand(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(bad, []byte("timestamp,service,country,reporters,n\n2025-02-28T15:19:00Z,a,GB,2,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, input, want string }{
		{"no such file", filepath.Join(t.TempDir(), "none"), "--input"},
		{"a bad row", bad, "line 2: reporters"},
		{"a slip in a year", written(t, "2025-02-28T15:19:00Z,a,GB,1,1\n2205-02-28T15:19:00Z,a,GB,1,1\n"), "line 3: timestamp"},
		{"more people than there are", written(t, strings.Repeat("2025-02-28T15:19:00Z,a,GB,9000000,9000000\n", 9)), "line 9: reporters"},
		{"out of order", written(t, "2025-02-28T15:19:00Z,a,GB,1,1\n2025-02-28T15:18:00Z,a,GB,1,1\n"), "line 3: timestamp"},
		{"cut off", written(t, "2025-02-28T15:19:00Z,a,GB,1,1\n2025-02-28T15:2"), "line 3: the line has 1 fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := (&backtestCommand{Input: c.input}).Run(context.Background(), countrytest.Packs)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that tells of %q", err, c.want)
			}
		})
	}
}

// An input of four days trains on three of them, whether it is a file or a pipe.
func TestShortHistoryTrainsOnWhatThereIs(t *testing.T) {
	var rows strings.Builder
	start := time.Date(2025, 2, 3, 0, 0, 0, 0, time.UTC)
	for m := range 4 * 1440 {
		n := 1
		if m > 3*1440+600 && m < 3*1440+660 {
			n = 60
		}
		fmt.Fprintf(&rows, "%s,a,GB,%d,%d\n", start.Add(time.Duration(m)*time.Minute).Format(time.RFC3339), n, n)
	}
	out := stdoutOf(t, func() error {
		return (&backtestCommand{Input: written(t, rows.String()), Workers: 1}).Run(context.Background(), countrytest.Packs)
	})
	if !strings.Contains(out, `"id":"a-gb-20250206T10`) {
		t.Errorf("an outage on the last of four days is not found:\n%s", out)
	}
}

// stdoutOf is what a function prints.
func stdoutOf(t *testing.T, run func() error) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	before := os.Stdout
	os.Stdout = file
	err = run()
	os.Stdout = before
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
