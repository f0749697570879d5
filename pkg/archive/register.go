package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// registerFiles is the table of the versions of the register. Of two servers that
// store the same version in the same moment, the first stays.
var registerFiles = plain(
	`CREATE TABLE IF NOT EXISTS register_files (
		quarter    String,
		version    UInt32,
		created_at DateTime('UTC'),
		incidents  UInt32,
		digest     String,
		rows       String CODEC(ZSTD(3)),
		stored     DateTime64(6, 'UTC') DEFAULT now64(6)
	) ENGINE = MergeTree ORDER BY (quarter, version, stored)`,
)

const registerColumns = "quarter, version, toUnixTimestamp(created_at), incidents, digest"

// RegisterFiles lists the versions of all quarters, without their rows.
func (d *DB) RegisterFiles(ctx context.Context) (files []outage.RegisterFile, err error) {
	query := "SELECT " + registerColumns + ", '' FROM register_files ORDER BY quarter, version, stored LIMIT 1 BY quarter, version"
	err = d.rows(ctx, query, nil, func(scan func(...any) error) error {
		file, err := scanRegisterFile(scan)
		files = append(files, file)
		return err
	})
	if err != nil {
		return nil, unavailable("reading the versions of the register", err)
	}
	return files, nil
}

// RegisterFile gives a version with its rows; the error has CodeNotFound for one that
// is not stored.
func (d *DB) RegisterFile(ctx context.Context, quarter string, version int) (file outage.RegisterFile, err error) {
	found := false
	query := "SELECT " + registerColumns + ", rows FROM register_files WHERE quarter = ? AND version = ? ORDER BY stored LIMIT 1"
	err = d.rows(ctx, query, []any{quarter, version}, func(scan func(...any) error) (err error) {
		found = true
		file, err = scanRegisterFile(scan)
		return err
	})
	if err != nil {
		return file, unavailable("reading the register", err)
	}
	if !found {
		return file, &outage.Error{Code: outage.CodeNotFound, Detail: "The register has no such file."}
	}
	return file, nil
}

func scanRegisterFile(scan func(...any) error) (file outage.RegisterFile, err error) {
	var version, incidents, created uint32
	var rows string
	if err := scan(&file.Quarter, &version, &created, &incidents, &file.Digest, &rows); err != nil {
		return file, err
	}
	file.Version, file.Incidents, file.CreatedAt, file.Rows = int(version), int(incidents), time.Unix(int64(created), 0).UTC(), []byte(rows)
	return file, nil
}

// SaveRegisterFile stores a version. One that is stored already stays what it is.
func (d *DB) SaveRegisterFile(ctx context.Context, file outage.RegisterFile) error {
	row := []any{file.Quarter, uint32(file.Version), file.CreatedAt, uint32(file.Incidents), file.Digest, string(file.Rows)}
	if err := d.append(ctx, "INSERT INTO register_files (quarter, version, created_at, incidents, digest, rows)", [][]any{row}); err != nil {
		return fmt.Errorf("storing version %d of the register of %s: %w", file.Version, file.Quarter, err)
	}
	return nil
}
