// Package wholefile replaces files as a whole. It promises that after a crash
// a file is as it was or as it was to be, and that only its owner can read it.
// It refuses to change a part of one.
package wholefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Replace writes what write gives beside the file, and then puts it in the
// place of the file. After an error the file is as it was.
func Replace(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*") // CreateTemp gives mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if err := errors.Join(write(file), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
