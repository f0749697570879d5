package main

import (
	"context"
	"strings"
	"testing"
)

func TestClickHouseBeyondThisMachineNeedsAPassword(t *testing.T) {
	for listen, open := range map[string]bool{
		"127.0.0.1:8123": false, "localhost:8123": false, "[::1]:8123": false, "127.9.9.9:1": false,
		":8123": true, "0.0.0.0:8123": true, "[::]:8123": true, "192.0.2.1:8123": true, "db.example:8123": true,
	} {
		if err := (&clickhouseCommand{Listen: listen}).Validate(); (err != nil) != open {
			t.Errorf("%s without a password: %v", listen, err)
		}
		if err := (&clickhouseCommand{Listen: listen, Password: "x"}).Validate(); err != nil {
			t.Errorf("%s with a password: %v", listen, err)
		}
	}
}

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
