// Package csvtable reads CSV tables with a header, and writes those that are
// downloaded. Reading finds columns by their names, skips lines that begin with #, and
// names the line of each fault; what the fields mean is up to the caller.
package csvtable

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Row is a line of a table whose columns are found by their names.
type Row struct {
	header, fields []string
}

// Get is the field of a column, "" where the table has no such column.
func (r Row) Get(column string) string {
	for i, name := range r.header { // a dozen short names: faster than a map
		if name == column {
			return r.fields[i]
		}
	}
	return ""
}

// All calls see with each column and its field, in the order of the header.
func (r Row) All(see func(column, field string)) {
	for i, name := range r.header {
		see(name, r.fields[i])
	}
}

// Each calls read with each line of a table below its header, which must have the
// given columns and may have others. The fields of a row are valid during the call
// only. Errors name the table and the line.
func Each(name string, table []byte, columns []string, read func(Row) error) error {
	lines := csv.NewReader(bytes.NewReader(table))
	lines.ReuseRecord, lines.Comment = true, '#'
	header, err := lines.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	row := Row{header: slices.Clone(header)}
	for _, column := range columns {
		if !slices.Contains(row.header, column) {
			return fmt.Errorf("reading %s: the header has no column %q", name, column)
		}
	}
	for {
		row.fields, err = lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		if err := read(row); err != nil {
			line, _ := lines.FieldPos(0)
			return fmt.Errorf("reading %s: line %d: %w", name, line, err)
		}
	}
}
