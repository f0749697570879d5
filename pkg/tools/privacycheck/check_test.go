package privacycheck

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSearchOfLogsAndFiles(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "note"), []byte("from 81.2.69.142 or 198.51.100.7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := Config{
		Data: data, Logs: []string{"-"}, Input: strings.NewReader("client 203.0.113.77 left\n"),
		Own: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")},
	}
	report, err := Search(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	if report.Clean || report.Total() != 2 {
		t.Errorf("%d findings, want one in the file and one in the log", report.Total())
	}
	config.Data, config.Input = "", strings.NewReader("nobody\n")
	if report, err := Search(t.Context(), config); err != nil || !report.Clean {
		t.Errorf("an empty log is not clean: %v", err)
	}
}

func TestConfig(t *testing.T) {
	for want, config := range map[string]Config{
		"nothing to search":               {Redis: []string{"embedded"}, ClickHouse: "embedded"},
		"--probe-key: is not hexadecimal": {Logs: []string{"-"}, ProbeKeys: []string{"secret"}},
		"--data: lstat /nothing":          {Data: "/nothing/like/this"},
	} {
		_, err := Search(t.Context(), config)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
