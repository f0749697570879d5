package privacycheck

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/archive"
	"github.com/open-downpour/downpour/pkg/embedded"
	"github.com/open-downpour/downpour/pkg/privacy"
)

const (
	// columnPatience bounds the reading of one column of the archive.
	columnPatience = 2 * time.Hour
	// expireGrace is how long after its time an hour of senders may still be
	// there: the server looks each minute, and not while it cannot archive.
	expireGrace = time.Hour
)

// searchArchives searches the archives of the embedded engine below --data. The
// columns are compressed, so that the engine must read them.
func (c *Config) searchArchives(ctx context.Context, check *privacy.Check) error {
	if c.Data == "" {
		return nil
	}
	root, err := filepath.EvalSymlinks(c.Data)
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	var paths []string
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || !embedded.IsArchive(path) {
			return nil // what cannot be read is listed already
		}
		paths = append(paths, path)
		return fs.SkipDir
	})
	for _, path := range paths {
		err = errors.Join(err, searchArchive(ctx, check, path))
	}
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	return nil
}

func searchArchive(ctx context.Context, check *privacy.Check, path string) error {
	engine, err := embedded.Open(ctx, embedded.Options{Path: path, Connections: 1, Memory: 1 << 30})
	switch {
	case errors.Is(err, embedded.ErrLocked):
		check.Unread("the archive in %s: its columns are compressed, and another process has it open; stop that, or give its address with --clickhouse where it is downpour clickhouse", path)
		return nil
	case errors.Is(err, embedded.ErrNoLibrary):
		check.Unread("the archive in %s: %v", path, err)
		return nil
	case err != nil:
		return err
	}
	db, err := archive.OpenDB(archive.Options{Transport: engine.Transport(), Timeout: columnPatience})
	if err == nil {
		err = errors.Join(searchDB(ctx, check, db), db.Close())
	}
	return errors.Join(err, engine.Close())
}

func (c *Config) searchClickHouse(ctx context.Context, check *privacy.Check) error {
	if c.clickhouseURL() == "" {
		return nil
	}
	db, err := archive.OpenDB(archive.Options{URL: c.clickhouseURL(), Timeout: columnPatience})
	if err != nil {
		return fmt.Errorf("--clickhouse: %w", err)
	}
	defer db.Close()
	if err := searchDB(ctx, check, db); err != nil {
		return fmt.Errorf("--clickhouse: %w", err)
	}
	check.Unread("the files and the logs of the ClickHouse of --clickhouse: only the tables of its database were read")
	return nil
}

// searchDB searches all columns that can hold text or an address, and looks for
// probes in those of numbers.
func searchDB(ctx context.Context, check *privacy.Check, db *archive.DB) error {
	columns, err := db.Columns(ctx)
	if err != nil {
		return err
	}
	for _, column := range columns {
		if err := searchColumn(ctx, check, db, column); err != nil {
			return err
		}
	}
	return addSenders(ctx, check, db)
}

func searchColumn(ctx context.Context, check *privacy.Check, db *archive.DB, column archive.Column) error {
	place := column.Table + "." + column.Name
	check.Report.Scanned.Columns++
	if privacy.IsAxis(column.Name) && isNumber(column.Type) {
		check.Find(privacy.Finding{Kind: privacy.Coordinate, Source: privacy.InArchive, Place: place, Offset: -1, Excerpt: "a column for coordinates, of type " + column.Type})
	}
	for _, word := range []string{"String", "IPv", "JSON", "Variant", "Dynamic", "Object"} {
		if strings.Contains(column.Type, word) {
			return db.Texts(ctx, column, func(text string) {
				check.Report.Scanned.Texts++
				check.Value(privacy.InArchive, place, []byte(text))
			})
		}
	}
	if column.Type != "UInt32" && column.Type != "UInt64" {
		return nil
	}
	for _, probe := range check.Numbers() {
		n, err := db.CountOf(ctx, column, probe.Value)
		if err != nil {
			return err
		}
		if n > 0 {
			check.Find(privacy.Finding{Kind: privacy.ProbeMatch, Source: privacy.InArchive, Place: place, Offset: -1, Excerpt: fmt.Sprintf("%s, in %d rows", probe.What, n)})
		}
	}
	return nil
}

func isNumber(kind string) bool {
	return strings.Contains(kind, "Float") || strings.Contains(kind, "Decimal")
}

// addSenders adds to the report what the archive holds of senders. Hours that should have been
// dropped are findings.
func addSenders(ctx context.Context, check *privacy.Check, db *archive.DB) error {
	all, err := db.Senders(ctx)
	if err != nil {
		return err
	}
	for _, kept := range all {
		drop := func(at time.Time) time.Time { return at.Truncate(time.Hour).Add(kept.For) }
		last := drop(kept.Newest)
		text := fmt.Sprintf("archive: %d rows of %s, received from %s on; a running server deletes the last at %s", kept.Rows, kept.Table, atMinute(kept.Oldest), atMinute(last))
		if kept.Networks > 0 {
			text += fmt.Sprintf("; with hashes of reporters and of %d networks", kept.Networks)
		}
		check.Fact(privacy.Fact{Name: "archive_" + kept.Table, Count: kept.Rows, Until: last, Text: text})
		if first := drop(kept.Oldest); check.Now().After(first.Add(expireGrace)) {
			check.Find(privacy.Finding{Kind: privacy.Overdue, Source: privacy.InArchive, Place: kept.Table, Offset: -1, Excerpt: "rows that were to be deleted at " + atMinute(first)})
		}
	}
	return nil
}

func atMinute(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 MST") }
