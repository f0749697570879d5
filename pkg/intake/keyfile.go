package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"downpour/pkg/wholefile"
)

// KeyFile keeps keys in a file that only its owner can read, for a server whose
// Redis forgets everything when it stops.
type KeyFile struct {
	path  string
	mutex sync.Mutex
	keys  map[string]fileKey
}

type fileKey struct {
	Key   []byte    `json:"key"`
	Until time.Time `json:"until,omitzero"`
}

// OpenKeyFile reads the file, or starts without keys where there is none.
func OpenKeyFile(path string) (*KeyFile, error) {
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

// Key gives the key of a name and makes it where it is not there yet.
func (f *KeyFile) Key(_ context.Context, name string, until time.Time) ([]byte, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if held, ok := f.keys[name]; ok {
		return held.Key, nil
	}
	made := fileKey{Key: newKey(), Until: until}
	f.keys[name] = made
	if err := f.write(); err != nil {
		delete(f.keys, name)
		return nil, err
	}
	return made.Key, nil
}

// Find gives the key of a name, or nil.
func (f *KeyFile) Find(_ context.Context, name string) ([]byte, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.keys[name].Key, nil
}

// Sweep destroys the keys that are over.
func (f *KeyFile) Sweep(_ context.Context, now time.Time) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	over := false
	for name, held := range f.keys {
		if !held.Until.IsZero() && !now.Before(held.Until) {
			delete(f.keys, name)
			over = true
		}
	}
	if !over {
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
