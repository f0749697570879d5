package runner

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"

	"github.com/open-downpour/downpour/pkg/wholefile"
)

// FileState stores one state in a file, for a server whose Redis does not outlive it.
type FileState struct{ Path string }

// Load returns the state, or nil.
func (s FileState) Load(context.Context) ([]byte, error) {
	state, err := os.ReadFile(s.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return state, err
}

// Swap replaces the state, and returns false where it is not before.
func (s FileState) Swap(ctx context.Context, before, after []byte) (bool, error) {
	swapping.Lock()
	defer swapping.Unlock()
	now, err := s.Load(ctx)
	if err != nil || !bytes.Equal(now, before) {
		return false, err
	}
	return true, s.Store(ctx, after)
}

// swapping is held by Swap. It is enough because one process uses a file.
var swapping sync.Mutex

// Store replaces the state.
func (s FileState) Store(_ context.Context, state []byte) error {
	return wholefile.Replace(s.Path, func(to io.Writer) error {
		_, err := to.Write(state)
		return err
	})
}
