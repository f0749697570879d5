package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/wholefile"
)

// KeyFile stores keys in a file that only its owner can read, for a server whose Redis is
// not persistent.
type KeyFile struct {
	path  string
	mutex sync.Mutex
	keys  map[string]fileKey
}

type fileKey struct {
	Key   []byte    `json:"key"`
	Until time.Time `json:"until,omitzero"`
}

// OpenKeyFile reads the file, or starts without keys where there is none. It
// removes temporary files that a crash left beside it, which may contain keys, so no other
// file of the folder may be replaced at the same time. It warns of a file that others can
// read.
func OpenKeyFile(path string, logger *slog.Logger) (*KeyFile, error) {
	if err := wholefile.Discard(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("removing temporary files of keys: %w", err)
	}
	warnOfReadable(path, logger)
	f := &KeyFile{path: path, keys: map[string]fileKey{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the keys: %w", err)
	}
	if err := json.Unmarshal(text, &f.keys); err != nil {
		return nil, fmt.Errorf("reading the keys in %s: the file is damaged: %w; restore it, or move it away to start with new keys (who reported today may count again)", path, err)
	}
	return f, nil
}

// warnOfReadable warns of a file whose mode lets others than its owner in.
func warnOfReadable(path string, logger *slog.Logger) {
	info, err := os.Stat(path)
	if err != nil {
		return // reading the file returns the error
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		logger.Warn("key file is readable by other users; run chmod 600 on it, and treat copies of it as stolen",
			"file", path, "mode", fmt.Sprintf("%#o", mode))
	}
}

// Key returns the key of a name and creates it where it does not exist.
func (f *KeyFile) Key(_ context.Context, name string, until time.Time) ([]byte, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if held, ok := f.keys[name]; ok {
		return held.Key, nil
	}
	created := fileKey{Key: newKey(), Until: until}
	f.keys[name] = created
	if err := f.write(); err != nil {
		delete(f.keys, name)
		return nil, err
	}
	return created.Key, nil
}

// Find returns the key of a name, or nil.
func (f *KeyFile) Find(_ context.Context, name string) ([]byte, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.keys[name].Key, nil
}

// Sweep destroys expired keys.
func (f *KeyFile) Sweep(_ context.Context, now time.Time) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	expired := false
	for name, held := range f.keys {
		if !held.Until.IsZero() && !now.Before(held.Until) {
			delete(f.keys, name)
			expired = true
		}
	}
	if !expired {
		return nil
	}
	return f.write()
}

func (f *KeyFile) write() error {
	err := wholefile.Replace(f.path, func(to io.Writer) error { return json.NewEncoder(to).Encode(f.keys) })
	if err != nil {
		return fmt.Errorf("writing the keys: %w", err)
	}
	return nil
}
