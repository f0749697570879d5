package privacy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Stream searches a log, or any other text.
func (c *Check) Stream(ctx context.Context, name string, stream io.Reader) error {
	return c.stream(ctx, InLog, name, stream, Text)
}

func (c *Check) stream(ctx context.Context, source Source, name string, stream io.Reader, form Form) error {
	n, err := c.Scan(ctx, stream, form, c.matches(source, name))
	c.Report.Scanned.Bytes += n
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	c.Report.Scanned.Files++
	return nil
}

// Log searches a file of text.
func (c *Check) Log(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return c.Stream(ctx, path, file)
}

// Dir searches all files below a directory, which may be a link to one. What
// vanishes meanwhile is skipped, and what cannot be read is listed, links below it
// included.
func (c *Check) Dir(ctx context.Context, root string) error {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if path != root && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if path != root && err != nil {
			c.unreadable(path, err)
			return nil
		}
		if err != nil {
			return err
		}
		c.ScanBytes([]byte(entry.Name()), Text, c.matches(InFile, path))
		if entry.Type()&fs.ModeSymlink != 0 {
			c.Unread("%s: it is a link", c.Mask(path))
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		return c.file(ctx, path)
	})
}

func (c *Check) file(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		c.unreadable(path, err)
		return nil
	}
	defer file.Close()
	err = c.stream(ctx, InFile, path, file, formOf(path))
	if err != nil && ctx.Err() == nil {
		c.unreadable(path, err)
		return nil
	}
	return err
}

// unreadable lists a file that cannot be read, without the path in its error.
func (c *Check) unreadable(path string, err error) {
	var of *fs.PathError
	if errors.As(err, &of) {
		err = of.Err
	}
	c.Unread("%s: %s", c.Mask(path), c.Mask(err.Error()))
}

// formOf leaves out the compressed columns of ClickHouse, whose bytes are as good
// as random.
func formOf(path string) Form {
	switch filepath.Ext(path) {
	case ".bin", ".mrk", ".mrk2", ".mrk3", ".cmrk", ".cmrk2", ".cmrk3", ".idx", ".cidx":
		return Text
	}
	return Binary
}
