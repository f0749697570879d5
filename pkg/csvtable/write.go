package csvtable

import (
	"bytes"
	"encoding/csv"
	"fmt"
)

// Encode writes a header and rows as CSV by RFC 4180, for download.
func Encode(header []string, rows [][]string) ([]byte, error) {
	var body bytes.Buffer
	lines := csv.NewWriter(&body)
	lines.UseCRLF = true
	if err := lines.Write(header); err != nil {
		return nil, fmt.Errorf("writing CSV: %w", err)
	}
	if err := lines.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("writing CSV: %w", err)
	}
	return body.Bytes(), nil
}
