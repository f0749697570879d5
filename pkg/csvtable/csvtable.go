// Package csvtable reads the CSV tables that are embedded in the program. It checks
// the header and the number of fields; what the fields mean is up to the caller.
package csvtable

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// Rows are the lines of a table below its header, which must be as given. The name
// stands in errors.
func Rows(name string, table []byte, header string) ([][]string, error) {
	want := strings.Split(header, ",")
	reader := csv.NewReader(bytes.NewReader(table))
	reader.FieldsPerRecord = len(want)
	all, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(all) == 0 || !slices.Equal(all[0], want) {
		return nil, fmt.Errorf("reading %s: want the header %q", name, header)
	}
	return all[1:], nil
}
