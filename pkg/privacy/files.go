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

// Dir searches all files below a directory. What vanishes meanwhile is skipped,
// and what cannot be read is listed.
func (c *Check) Dir(ctx context.Context, root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if path != root && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if path != root && err != nil {
			c.Unread("%s: %v", c.Mask(path), errors.Unwrap(err))
			return nil
		}
		if err != nil {
			return err
		}
		c.ScanBytes([]byte(entry.Name()), Text, c.matches(InFile, path))
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
		c.Unread("%s: %v", c.Mask(path), errors.Unwrap(err))
		return nil
	}
	defer file.Close()
	err = c.stream(ctx, InFile, path, file, formOf(path))
	if err != nil && ctx.Err() == nil {
		c.Unread("%s: %v", c.Mask(path), errors.Unwrap(err))
		return nil
	}
	return err
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
