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

func TestBacktestCommand(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(bad, []byte("timestamp,service,country,reporters,n\n2025-02-28T15:19:00Z,a,GB,2,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, input, want string }{
		{"no such file", filepath.Join(t.TempDir(), "none"), "--input"},
		{"a bad row", bad, "line 2: reporters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := (&backtestCommand{Input: c.input}).Run(context.Background())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that tells of %q", err, c.want)
			}
		})
	}
}
