package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
			err := (&backtestCommand{Input: c.input}).Run(context.Background())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that tells of %q", err, c.want)
			}
		})
	}
}
