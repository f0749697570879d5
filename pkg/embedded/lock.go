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

// lockFile is the file in the data directory that is locked while it is open.
// It stays behind; only the lock on it means anything, and the system takes
// that away with the process, however it ends.
const lockFile = "downpour.lock"

// IsArchive reports whether a directory is one that Open made.
func IsArchive(path string) bool { return isFile(filepath.Join(path, lockFile)) }

type lock struct{ file *os.File }

// lockDirectory makes the directory if need be and takes it for this process.
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

// sign writes this process's number, for the error that another one gives.
func (l *lock) sign() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	return err
}

// Remove deletes a data directory and all that is in it. It is ErrLocked where
// a process has the directory open.
func Remove(path string) error {
	lock, err := lockDirectory(path)
	if err != nil {
		return fmt.Errorf("deleting the archive in %s: %w", path, err)
	}
	return errors.Join(os.RemoveAll(path), lock.release())
}

func (l *lock) release() error { return l.file.Close() }

// holder is the number of the process that signed the file, as far as it can
// be read.
func holder(file *os.File) string {
	buffer := make([]byte, 20)
	n, _ := file.ReadAt(buffer, 0)
	if number := strings.TrimSpace(string(buffer[:n])); number != "" {
		return number
	}
	return "unknown"
}
