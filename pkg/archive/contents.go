package archive

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// A Column is one of a table of the archive.
type Column struct{ Table, Name, Type string }

// Columns lists the columns of all tables of the database, foreign ones included.
func (d *DB) Columns(ctx context.Context) (columns []Column, err error) {
	const query = `SELECT c.table, c.name, c.type FROM system.columns AS c INNER JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
	WHERE c.database = currentDatabase() AND NOT endsWith(t.engine, 'View') ORDER BY c.table, c.position`
	err = d.rows(ctx, query, nil, func(scan func(...any) error) error {
		var one Column
		err := scan(&one.Table, &one.Name, &one.Type)
		columns = append(columns, one)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listing the columns of the archive: %w", err)
	}
	return columns, nil
}

// Texts calls each with the values of a column as text, except empty ones. Of a
// LowCardinality column it passes each value once.
func (d *DB) Texts(ctx context.Context, column Column, each func(string)) error {
	distinct := ""
	if strings.HasPrefix(column.Type, "LowCardinality") {
		distinct = "DISTINCT "
	}
	query := fmt.Sprintf("SELECT %[1]sifNull(toString(%[2]s), '') AS value FROM %[3]s WHERE value != ''", distinct, quotedName(column.Name), quotedName(column.Table))
	err := d.rows(bounded(ctx, d.timeout), query, nil, func(scan func(...any) error) error {
		var text string
		err := scan(&text)
		each(text)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading %s of %s: %w", column.Name, column.Table, err)
	}
	return nil
}

// CountOf counts the rows in which a column of numbers or addresses has a value.
func (d *DB) CountOf(ctx context.Context, column Column, value uint64) (int64, error) {
	query := fmt.Sprintf("SELECT toInt64(count()) FROM %s WHERE %s = ?", quotedName(column.Table), quotedName(column.Name))
	n, err := d.number(bounded(ctx, d.timeout), query, value)
	if err != nil {
		return 0, fmt.Errorf("searching %s of %s: %w", column.Name, column.Table, err)
	}
	return n, nil
}

func quotedName(name string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(name) + "`"
}

// SenderData is the data of senders in a table. Rows of an hour are dropped once its start
// is older than For.
type SenderData struct {
	Table          string
	Rows           int64
	Networks       int64 // distinct hashes of networks
	Oldest, Newest time.Time
	For            time.Duration
}

// Senders lists the data of senders in the archive.
func (d *DB) Senders(ctx context.Context) (all []SenderData, err error) {
	columns, err := d.Columns(ctx)
	if err != nil {
		return nil, err
	}
	for _, of := range expiring {
		names := map[string]bool{}
		for _, column := range columns {
			names[column.Name] = names[column.Name] || column.Table == of.table
		}
		at, networks := "received", "uniq(prefix)"
		if !names[at] {
			at, networks = "hour", "0"
		}
		if !names[at] {
			continue // an archive of an older version
		}
		one, err := d.senderData(ctx, of.table, at, networks)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", of.table, err)
		}
		one.For = of.after
		if one.Rows > 0 {
			all = append(all, one)
		}
	}
	return all, nil
}

func (d *DB) senderData(ctx context.Context, table, at, networks string) (SenderData, error) {
	query := fmt.Sprintf("SELECT toInt64(count()), toInt64(%[2]s), toInt64(min(%[1]s)), toInt64(max(%[1]s)) FROM %[3]s", at, networks, table)
	one := SenderData{Table: table}
	var oldest, newest int64
	err := d.conn.QueryRow(bounded(ctx, d.timeout), query).Scan(&one.Rows, &one.Networks, &oldest, &newest)
	one.Oldest, one.Newest = time.Unix(oldest, 0).UTC(), time.Unix(newest, 0).UTC()
	return one, err
}
