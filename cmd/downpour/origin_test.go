package main

import (
	"strings"
	"testing"
)

func TestHostNames(t *testing.T) {
	for _, wrong := range []string{"https://status.example.org", "status.example.org/", "a b", "user@status.example.org", ""} {
		refused := serveCommand{ReportsPerMin: 1, Streams: 1, Redis: []string{"embedded"}, Clickhouse: "embedded", Hosts: []string{wrong}}
		if err := refused.Validate(); err == nil || !strings.Contains(err.Error(), "--host") {
			t.Errorf("--host=%s: %v", wrong, err)
		}
	}
}
