package timeline

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// FileState keeps one state in a file, for a server whose Redis forgets
// everything when it stops.
type FileState struct{ Path string }

// Load gives the state, or nil.
func (s FileState) Load(context.Context) ([]byte, error) {
	state, err := os.ReadFile(s.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return state, err
}

// Store puts the new file beside the old one and then in its place, so that a
// crash leaves one or the other.
func (s FileState) Store(_ context.Context, state []byte) error {
	file, err := os.CreateTemp(filepath.Dir(s.Path), ".state-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(state)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), s.Path)
}
