package main

import (
	"context"
	"strings"
	"testing"
)

// The environment of a server does not open the archive to others.
func TestClickHouseHasAnEnvironmentOfItsOwn(t *testing.T) {
	t.Setenv("DOWNPOUR_LISTEN", "no address")
	t.Setenv("DOWNPOUR_PASSWORD", "")
	err := run(context.Background(), []string{"clickhouse", "--data", t.TempDir(), "--listen", "0.0.0.0:0"})
	if err == nil || !strings.Contains(err.Error(), "--password: must be given") {
		t.Errorf("got %v", err)
	}
	t.Setenv("DOWNPOUR_CLICKHOUSE_LISTEN", "203.0.113.1:0")
	err = run(context.Background(), []string{"clickhouse", "--data", t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "203.0.113.1:0") {
		t.Errorf("got %v", err)
	}
}
