package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/archive"
	"github.com/open-downpour/downpour/pkg/redact"
	"github.com/open-downpour/downpour/pkg/redisconn"
)

const sesame = "sesame5417"

// shownError is what the command prints when it ends with an error of these
// arguments, or "" where they can be served.
func shownError(arguments []string) string {
	values := settingValues(arguments, os.Environ())
	var line commands
	parser, err := newParser(context.Background(), &line)
	if err != nil {
		return err.Error()
	}
	if _, err := parser.Parse(arguments); err != nil {
		return redact.ErrorOf(usageError(err), values...).Error()
	}
	if line.Serve.Redis[0] != "embedded" {
		if _, err := redisconn.Open(line.Serve.redisConfig()); err != nil {
			return redact.ErrorOf(err, values...).Error()
		}
	}
	if line.Serve.Clickhouse != "embedded" {
		if _, err := archive.OpenDB(archive.Options{URL: line.Serve.Clickhouse}); err != nil {
			return redact.ErrorOf(err, values...).Error()
		}
	}
	return ""
}

// badAddresses are addresses that are refused, each with the secret in it.
var badAddresses = []string{
	"redis://:" + sesame + "/ret#1@h", "redis://:ret#" + sesame + "@h", "rediss://u:" + sesame + "@h:port",
	"http://u:" + sesame + "@%zz", "http://u:%zz" + sesame + "@h", "https://u:" + sesame + "@h:99999999:1",
	"redis//:" + sesame + "@h", "redi://:" + sesame + "@h", ":" + sesame + "@h", "redis://u:" + sesame,
	"http://h/?password=" + sesame, "redis://:" + sesame + "@h/notanumber", "redis://:a " + sesame + "@h", "http://:\x7f" + sesame + "@h",
}

func TestRefusedSettingsShowNoSecret(t *testing.T) {
	for _, address := range badAddresses {
		for _, flag := range []string{"--redis", "--clickhouse", "--public-url", "--write-origins", "--trusted-proxies", "--drain-delay", "--redis-wait", "--log-level", "--nothing", ""} {
			for _, arguments := range [][]string{{"serve", flag + "=" + address}, {"serve", flag, address}, {"serve", address}} {
				got := shownError(arguments)
				if strings.Contains(got, sesame) {
					t.Errorf("%q: %s", arguments, got)
				}
			}
		}
		t.Setenv("DOWNPOUR_REDIS", address)
		t.Setenv("DOWNPOUR_REPORTS_PER_MINUTE", address)
		if got := shownError([]string{"serve"}); got == "" || strings.Contains(got, sesame) {
			t.Errorf("in the environment: %q: %q", address, got)
		}
	}
}

func TestRefusedConfigFileShowsNoSecret(t *testing.T) {
	for _, text := range []string{
		"redis: *" + sesame, "redis: 'redis://:" + sesame + "@h", "redis://:" + sesame + "@h: x", "reports-per-minute: redis://:" + sesame + "@h",
		"redis: !!int redis://:" + sesame + "@h", "redis: [redi://:" + sesame + "@h]", "redis: redis://:" + sesame + "@h: x", "log-level: http://u:" + sesame + "@h",
	} {
		path := filepath.Join(t.TempDir(), "downpour.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := shownError([]string{"serve", "--config", path}); got == "" || strings.Contains(got, sesame) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// FuzzRefusedSettings puts any signs around a secret in an address.
func FuzzRefusedSettings(f *testing.F) {
	for _, around := range []string{"", "/", "#", "%zz", "@", " ", ",", "\"", "[", "::"} {
		f.Add("redis://", around, around, "h:port")
		f.Add("http://", around, "", "%zz")
	}
	f.Fuzz(func(t *testing.T, scheme, before, after, host string) {
		address := scheme + before + ":" + sesame + after + "@" + host
		for _, flag := range []string{"--redis=", "--clickhouse=", "--public-url="} {
			if got := shownError([]string{"serve", flag + address}); strings.Contains(got, sesame) {
				t.Errorf("%s%q: %s", flag, address, got)
			}
		}
	})
}
