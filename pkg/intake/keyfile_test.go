package intake

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeyFileThatOthersCanRead(t *testing.T) {
	for _, c := range []struct {
		mode os.FileMode
		says string // of the mode, "" for no warning
	}{{0o600, ""}, {0o400, ""}, {0o644, "0644"}, {0o640, "0640"}, {0o602, "0602"}} {
		path := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		if _, err := OpenKeyFile(path, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
			t.Fatal(err)
		}
		warned := strings.Count(log.String(), "\n") == 1 && strings.Contains(log.String(), path) && strings.Contains(log.String(), "mode="+c.says)
		if c.says == "" && log.Len() > 0 || c.says != "" && !warned {
			t.Errorf("mode %o: %q", c.mode, log.String())
		}
	}
}

func TestKeyFileRemovesTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, ".new-4711")
	if err := os.WriteFile(left, []byte(`{"day":{"key":"c2VjcmV0"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyFile(filepath.Join(dir, "keys.json"), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("the temporary file is still there: %v", err)
	}
}
