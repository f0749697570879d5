package timeline

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"downpour/pkg/wholefile"
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

// Store replaces the state.
func (s FileState) Store(_ context.Context, state []byte) error {
	return wholefile.Replace(s.Path, func(to io.Writer) error {
		_, err := to.Write(state)
		return err
	})
}
