package scenario

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// Writer writes rows as Reader reads them. Nothing is checked.
type Writer struct {
	out    *bufio.Writer
	format Format
	line   []byte
}

// NewWriter writes the given format; for CSV the header comes at once. Flush
// must be called at the end.
func NewWriter(out io.Writer, format Format) (*Writer, error) {
	w := &Writer{out: bufio.NewWriterSize(out, readBuffer), format: format}
	switch format {
	case NDJSON:
		return w, nil
	case CSV:
		for i, column := range columns[:colNetwork] {
			if i > 0 {
				w.line = append(w.line, ',')
			}
			w.line = append(w.line, column...)
		}
		return w, w.end()
	}
	return nil, fmt.Errorf("writing rows: format %q is neither csv nor ndjson", format)
}

// Write writes one row.
func (w *Writer) Write(row *Row) error {
	if w.format == NDJSON {
		w.appendJSON(row)
	} else {
		w.appendCSV(row)
	}
	return w.end()
}

// Flush hands on everything that was written.
func (w *Writer) Flush() error {
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	return nil
}

func (w *Writer) end() error {
	w.line = append(w.line, '\n')
	_, err := w.out.Write(w.line)
	w.line = w.line[:0]
	if err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	return nil
}

func (w *Writer) appendCSV(row *Row) {
	b := row.Minute.Time().AppendFormat(w.line, timeLayout)
	b = append(append(b, ','), row.Service...)
	b = append(append(b, ','), row.Country...)
	b = append(b, ',')
	if row.Placed {
		b = appendDegrees(b, row.Point.Lat)
	}
	b = append(b, ',')
	if row.Placed {
		b = appendDegrees(b, row.Point.Lng)
	}
	b = append(append(b, ','), row.Symptom...)
	b = strconv.AppendInt(append(b, ','), int64(row.Reporters), 10)
	w.line = strconv.AppendInt(append(b, ','), int64(row.N), 10)
}

// appendJSON relies on slugs and country codes needing no escape.
func (w *Writer) appendJSON(row *Row) {
	b := append(w.line, `{"timestamp":"`...)
	b = row.Minute.Time().AppendFormat(b, timeLayout)
	b = append(append(b, `","service":"`...), row.Service...)
	b = append(append(b, `","country":"`...), row.Country...)
	b = append(b, '"')
	if row.Placed {
		b = appendDegrees(append(b, `,"lat":`...), row.Point.Lat)
		b = appendDegrees(append(b, `,"lng":`...), row.Point.Lng)
	}
	if row.Symptom != "" {
		b = append(append(append(b, `,"symptom":"`...), row.Symptom...), '"')
	}
	b = strconv.AppendInt(append(b, `,"reporters":`...), int64(row.Reporters), 10)
	b = strconv.AppendInt(append(b, `,"n":`...), int64(row.N), 10)
	w.line = append(b, '}')
}

// appendDegrees writes a coordinate to five places, about a metre.
func appendDegrees(to []byte, degrees float64) []byte {
	return strconv.AppendFloat(to, degrees, 'f', 5, 64)
}
