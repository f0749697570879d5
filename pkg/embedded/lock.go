package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// ErrLocked is in the chain of the error of a data directory that another
// process has open.
var ErrLocked = errors.New("another process has it open")

// lockFile is the file in the data directory that is locked while it is open. The file stays;
// the system releases the lock when the process ends.
const lockFile = "downpour.lock"

// IsArchive reports whether a directory is one that Open made.
func IsArchive(path string) bool { return isFile(filepath.Join(path, lockFile)) }

// lockDirectory creates the directory if necessary and locks it. The file holds the id of
// this process, for the error of another one.
func lockDirectory(path string) (*flock.Flock, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(path, lockFile))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", lock.Path(), err)
	}
	if !locked {
		return nil, fmt.Errorf("%w (process %s)", ErrLocked, holder(lock.Path()))
	}
	if err := os.WriteFile(lock.Path(), fmt.Appendln(nil, os.Getpid()), 0o600); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// Remove deletes a data directory and its content. Its error is ErrLocked where a process
// has the directory open.
func Remove(path string) error {
	lock, err := lockDirectory(path)
	if err != nil {
		return fmt.Errorf("deleting the archive in %s: %w", path, err)
	}
	return errors.Join(os.RemoveAll(path), lock.Close())
}

// holder is the id of the process that locked a file, or "unknown".
func holder(path string) string {
	text, _ := os.ReadFile(path)
	if number := strings.TrimSpace(string(text)); number != "" {
		return number
	}
	return "unknown"
}
