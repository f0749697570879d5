package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRemove(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	held, err := lockDirectory(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Remove(path); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Errorf("removing what is open: %v", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"what was there", "nothing"} {
		if err := Remove(path); err != nil {
			t.Errorf("removing %s: %v", what, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is there: %v", what, err)
		}
	}
}
