// Package wholefile replaces files as a whole. It promises that after a crash
// a file is as it was or as it was to be, and that only its owner can read it,
// unless the caller asks otherwise. It refuses to change a part of one.
package wholefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// temporary is the pattern of the files that Replace writes first.
const temporary = ".new-*"

// Replace writes what write gives beside the file, and then puts it in the
// place of the file. After an error the file is as it was, or, where only the
// directory could not be synchronised, the new one, which a crash may undo.
func Replace(path string, write func(io.Writer) error) error {
	return replace(path, 0o600, write)
}

// ReplaceReadable is Replace for a file that everybody may read.
func ReplaceReadable(path string, write func(io.Writer) error) error {
	return replace(path, 0o644, write)
}

func replace(path string, mode os.FileMode, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), temporary)
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if err := errors.Join(write(file), file.Chmod(mode), file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

// syncDirectory makes a rename survive a crash of the machine.
func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Discard removes what crashes during Replace left in a folder. Nothing may be
// replaced there meanwhile.
func Discard(dir string) error {
	left, err := filepath.Glob(filepath.Join(escape(dir), temporary))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// escape gives a pattern that only the path itself matches.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
