package intake

import (
	"bytes"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	// MaxBatchBody is the most bytes of a batch that are read.
	MaxBatchBody = 8 << 20
	// MaxLines is the most lines of a batch.
	MaxLines = 20_000
	// maxIdentity is the most bytes of a line's id and of its reporter.
	maxIdentity = 200
	// importAtMost is the greatest age of an imported report: that of the counts of
	// the archive.
	importAtMost = 10 * 365 * 24 * time.Hour
)

// line is one decoded report of an importer, not validated yet.
type line struct {
	outage.Submission
	number     int // in the body, from 1
	reportedAt string
	reporter   string
	id         string
	final      bool
}

// wireLine is a line as JSON: a report, its time and its reporter.
type wireLine struct {
	wire
	ReportedAt *string `json:"reported_at"`
	Reporter   *string `json:"reporter"`
	ID         *string `json:"id"`
	Final      *bool   `json:"final"`
}

// decodeLines decodes the lines of a batch. A line that is not a JSON object with the
// fields of a line, each of its type, is rejected, and the others are not affected. Empty
// lines are skipped, but count for the line numbers.
func decodeLines(body []byte) (lines []line, rejected []*outage.Error, err error) {
	if len(body) > MaxBatchBody {
		return nil, nil, tooLarge("a batch has at most %d bytes", MaxBatchBody)
	}
	number, n := 0, 0
	for raw := range bytes.Lines(body) {
		number++
		if raw = bytes.TrimSpace(raw); len(raw) == 0 {
			continue
		}
		if n++; n > MaxLines {
			return nil, nil, tooLarge("a batch has at most %d lines", MaxLines)
		}
		one, err := decodeLine(raw)
		if err != nil {
			rejected = append(rejected, atLine(number, err))
			continue
		}
		one.number = number
		lines = append(lines, one)
	}
	if n == 0 {
		return nil, nil, outage.Invalid("body", "has no line")
	}
	return lines, rejected, nil
}

func decodeLine(raw []byte) (line, error) {
	if len(raw) > MaxBody {
		return line{}, tooLarge("a line has at most %d bytes", MaxBody)
	}
	var w wireLine
	if err := decodeObject(raw, &w); err != nil {
		return line{}, err
	}
	submission, err := w.submission()
	if err != nil {
		return line{}, err
	}
	one := line{
		Submission: submission, reportedAt: text(w.ReportedAt), reporter: text(w.Reporter), id: text(w.ID),
		final: w.Final != nil && *w.Final,
	}
	if one.final && (wireLine{Final: w.Final}) != w {
		return line{}, outage.Invalid("final", "must stand alone on its line")
	}
	return one, nil
}

func tooLarge(detail string, most int) *outage.Error {
	return &outage.Error{Code: outage.CodeTooLarge, Field: "body", Detail: fmt.Sprintf(detail, most)}
}

// atLine is an error of a line. Errors of an unknown kind are invalid JSON.
func atLine(number int, err error) *outage.Error {
	known := outage.AsError(err)
	if known == nil {
		known = outage.Invalid("body", "is not JSON")
	}
	fault := *known
	fault.Line = number
	return &fault
}
