package bucket

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// cellDigits is the length of a cell in hexadecimal. Redis stores it without trailing f's,
// which only mark unused digits.
const cellDigits = 15

func packCell(cell outage.Cell) string { return strings.TrimRight(cell.String(), "f") }

func unpackCell(text string) (outage.Cell, error) {
	if text == "" {
		return 0, nil
	}
	var cell outage.Cell
	if len(text) < cellDigits {
		text += strings.Repeat("f", cellDigits-len(text))
	}
	err := cell.UnmarshalText([]byte(text))
	return cell, err
}

// A row of the log is the fields of a report, separated by tabs. No field contains a tab:
// they are slugs, codes and numbers. The last field is the place as the counters have it,
// for the scripts. Rows of earlier versions end before the district.
const (
	rowFields        = 16
	rowFieldsEarlier = 14
)

func (of PlaceOf) encodeReport(r outage.Report) string {
	since := ""
	if !r.Since.IsZero() {
		since = strconv.FormatInt(r.Since.Unix(), 10)
	}
	return strings.Join([]string{
		r.ID.String(), strconv.FormatInt(r.At.Unix(), 10), r.Service, string(r.Country), string(r.Region),
		packCell(r.Cell), string(r.Kind), r.Symptom, r.Network, since,
		hex(r.Reporter), hex(r.Prefix), hex(r.UndoHash), digit(r.Keyed),
		string(r.District), of.pack(whereIs(r)),
	}, "\t")
}

// rowOf reports whether a row may have a number of fields.
func rowOf(fields int) bool { return fields == rowFields || fields == rowFieldsEarlier }

func decodeReport(f []string) (outage.Report, error) {
	if !rowOf(len(f)) {
		return outage.Report{}, fmt.Errorf("reading a log row: %d fields instead of %d", len(f), rowFields)
	}
	id, err := outage.ParseReportID(f[0])
	if err != nil {
		return outage.Report{}, fmt.Errorf("reading a log row: malformed id %q", f[0])
	}
	r := outage.Report{
		ID: id, Service: f[2], Country: outage.Country(f[3]), Region: outage.Region(f[4]),
		Kind: outage.Kind(f[6]), Symptom: f[7], Network: f[8], Keyed: f[13] == "1",
	}
	if len(f) == rowFields {
		r.District = outage.District(f[14])
	}
	numbers := rowNumbers{}
	r.At = time.Unix(numbers.decimal(f[1]), 0).UTC()
	if f[9] != "" {
		r.Since = time.Unix(numbers.decimal(f[9]), 0).UTC()
	}
	r.Reporter, r.Prefix, r.UndoHash = numbers.hex(f[10]), numbers.hex(f[11]), numbers.hex(f[12])
	if r.Cell, err = unpackCell(f[5]); err != nil {
		numbers.err = err
	}
	if numbers.err != nil {
		return outage.Report{}, fmt.Errorf("reading log row %s: %w", f[0], numbers.err)
	}
	return r, nil
}

// encodeEntry is the line of the ledger and of the log for an entry, as the
// scripts write it.
func (of PlaceOf) encodeEntry(e outage.Entry) string {
	sign := "+"
	if e.Sign < 0 {
		sign = "-"
	}
	weight := strconv.FormatInt(int64(e.Weight*1000+0.5), 10)
	return strings.Join([]string{sign, digit(e.Counted), weight, encodeMarks(e), of.encodeReport(e.Report)}, "\t")
}

// encodeMarks are the marks of an entry as a number: bit 0 is First, the others
// are Nodes.
func encodeMarks(e outage.Entry) string {
	marks := uint64(e.Nodes) << 1
	if e.First {
		marks |= 1
	}
	return strconv.FormatUint(marks, 10)
}

func digit(is bool) string {
	if is {
		return "1"
	}
	return "0"
}

// DecodeEntries reads the rows of one entry of the report log, in the order in
// which they were stored.
func DecodeEntries(rows string) ([]outage.Entry, error) {
	lines := strings.Split(rows, "\n")
	entries := make([]outage.Entry, 0, len(lines))
	for _, line := range lines {
		f := strings.Split(line, "\t")
		if !rowOf(len(f)-4) || (f[0] != "+" && f[0] != "-") {
			return nil, fmt.Errorf("reading a log row: malformed start of %q", line)
		}
		report, err := decodeReport(f[4:])
		if err != nil {
			return nil, err
		}
		weight, err := strconv.ParseInt(f[2], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("reading log row %s: %w", f[4], err)
		}
		marks, err := strconv.ParseUint(f[3], 10, outage.NodeLevels+1)
		if err != nil {
			return nil, fmt.Errorf("reading log row %s: %w", f[4], err)
		}
		sign := int8(1)
		if f[0] == "-" {
			sign = -1
		}
		entries = append(entries, outage.Entry{
			Report: report, Sign: sign, Counted: f[1] == "1",
			Weight: float64(weight) / 1000, First: marks&1 == 1, Nodes: outage.NodeSet(marks >> 1),
		})
	}
	return entries, nil
}

func hex(n uint64) string { return strconv.FormatUint(n, 16) }

// rowNumbers parses numbers and records the first error.
type rowNumbers struct{ err error }

func (r *rowNumbers) decimal(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	r.record(err)
	return n
}

func (r *rowNumbers) hex(text string) uint64 {
	n, err := strconv.ParseUint(text, 16, 64)
	r.record(err)
	return n
}

func (r *rowNumbers) record(err error) {
	if r.err == nil {
		r.err = err
	}
}
