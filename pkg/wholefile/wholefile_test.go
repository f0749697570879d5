package wholefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write := func(text string, end error) error {
		return Replace(path, func(to io.Writer) error {
			_, err := io.WriteString(to, text)
			return errors.Join(err, end)
		})
	}
	failed := errors.New("failed")
	for _, step := range []struct {
		text string
		err  error
		want string
	}{{"one", nil, "one"}, {"two", nil, "two"}, {"half", failed, "two"}} {
		if err := write(step.text, step.err); !errors.Is(err, step.err) {
			t.Errorf("%s: %v", step.text, err)
		}
		text, err := os.ReadFile(path)
		if err != nil || string(text) != step.want {
			t.Errorf("after %s the file holds %q, %v", step.text, text, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
}
