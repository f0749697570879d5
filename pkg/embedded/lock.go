package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrLocked is in the chain of the error of a data directory that another
// process has open.
var ErrLocked = errors.New("another process has it open")

// lockFile is the file in the data directory that is locked while it is open. The file stays;
// the system releases the lock when the process ends.
const lockFile = "downpour.lock"

// IsArchive reports whether a directory is one that Open made.
func IsArchive(path string) bool { return isFile(filepath.Join(path, lockFile)) }

type lock struct{ file *os.File }

// lockDirectory creates the directory if necessary and locks it.
func lockDirectory(path string) (*lock, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(path, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w (process %s)", ErrLocked, holder(file))
		}
		return nil, fmt.Errorf("locking %s: %w", file.Name(), err)
	}
	l := &lock{file: file}
	if err := l.sign(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return l, nil
}

// sign writes the id of this process, for the error of another one.
func (l *lock) sign() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	return err
}

// Remove deletes a data directory and its content. Its error is ErrLocked where a process
// has the directory open.
func Remove(path string) error {
	lock, err := lockDirectory(path)
	if err != nil {
		return fmt.Errorf("deleting the archive in %s: %w", path, err)
	}
	return errors.Join(os.RemoveAll(path), lock.release())
}

func (l *lock) release() error { return l.file.Close() }

// holder is the id of the process that signed the file, or "unknown".
func holder(file *os.File) string {
	buffer := make([]byte, 20)
	n, _ := file.ReadAt(buffer, 0)
	if number := strings.TrimSpace(string(buffer[:n])); number != "" {
		return number
	}
	return "unknown"
}
