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

func TestReplaceReadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := ReplaceReadable(path, func(to io.Writer) error { _, err := io.WriteString(to, "one"); return err }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
}

func TestDiscard(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[b]*")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".new-1", ".new-23", "keys.json", ".newer"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Discard(dir); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 || entries[0].Name() != ".newer" || entries[1].Name() != "keys.json" {
		t.Errorf("%v are left, %v", entries, err)
	}
	if err := Discard(filepath.Join(dir, "nosuch")); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
}
