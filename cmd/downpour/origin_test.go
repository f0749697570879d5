package main

import (
	"slices"
	"strings"
	"testing"
)

func TestHostNames(t *testing.T) {
	s := serveCommand{Listen: ":8080", Hosts: []string{"status.example.org"}}
	for _, want := range []string{"status.example.org", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"} {
		if !slices.Contains(s.hostNames(), want) {
			t.Errorf("%s is not in %v", want, s.hostNames())
		}
	}
	for _, wrong := range []string{"https://status.example.org", "status.example.org/", "a b", "user@status.example.org", ""} {
		refused := serveCommand{ReportsPerMin: 1, Streams: 1, Redis: []string{"embedded"}, Clickhouse: "embedded", Hosts: []string{wrong}}
		if err := refused.Validate(); err == nil || !strings.Contains(err.Error(), "--host") {
			t.Errorf("--host=%s: %v", wrong, err)
		}
	}
}
