package demo

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/open-downpour/downpour/pkg/embedded"
)

// markFile marks the directory of a demo.
const (
	markFile = "demo.txt"
	markText = "This directory belongs to downpour serve --demo, which deletes and makes it anew at each start.\n"
)

// Empty makes an empty directory for a demo, and deletes what an earlier one left
// in it. It fails where the directory holds something else, or where a demo runs
// on it.
func Empty(path string) error {
	found, err := os.ReadDir(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if len(found) > 0 {
		if !IsDirectory(path) {
			return fmt.Errorf("%s holds something that is no demo; move it, or choose another --data", path)
		}
		if err := embedded.Remove(filepath.Join(path, "archive")); err != nil {
			return err
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(path, markFile), []byte(markText), 0o600)
}

// IsDirectory reports whether a directory is that of a demo.
func IsDirectory(path string) bool {
	_, err := os.Stat(filepath.Join(path, markFile))
	return err == nil
}
