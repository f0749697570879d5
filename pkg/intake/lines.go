package intake

import (
	"bytes"
	"encoding/json"
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
	// importAtMost is how far back an import may reach: as far as the archive
	// keeps its counts.
	importAtMost = 10 * 365 * 24 * time.Hour
)

// line is one report of an importer, unchecked but for its form.
type line struct {
	outage.Submission
	number     int // in the body, from 1
	reportedAt string
	reporter   string
	id         string
	final      bool
}

// wireLine is a line as JSON: a report, and who made it when.
type wireLine struct {
	wire
	ReportedAt *string `json:"reported_at"`
	Reporter   *string `json:"reporter"`
	ID         *string `json:"id"`
	Final      *bool   `json:"final"`
}

// decodeLines reads the lines of a batch. A line that is not a JSON object of
// the fields of a line, each of its type, becomes one of the errors and leaves
// the others as they are. Empty lines are passed over, but have their number.
func decodeLines(body []byte) (lines []line, rejected []*outage.Error, err error) {
	if len(body) > MaxBatchBody {
		return nil, nil, tooLarge("a batch has at most %d bytes", MaxBatchBody)
	}
	number, n := 0, 0
	for told := range bytes.Lines(body) {
		number++
		if told = bytes.TrimSpace(told); len(told) == 0 {
			continue
		}
		if n++; n > MaxLines {
			return nil, nil, tooLarge("a batch has at most %d lines", MaxLines)
		}
		one, err := decodeLine(told)
		if err != nil {
			rejected = append(rejected, atLine(number, err))
			continue
		}
		one.number = number
		lines = append(lines, one)
	}
	if n == 0 {
		return nil, nil, outage.Invalid("body", "holds no line")
	}
	return lines, rejected, nil
}

func decodeLine(told []byte) (line, error) {
	if len(told) > MaxBody {
		return line{}, tooLarge("a line has at most %d bytes", MaxBody)
	}
	var w wireLine
	decoder := json.NewDecoder(bytes.NewReader(told))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&w); err != nil || decoder.InputOffset() < int64(len(told)) || told[0] != '{' {
		// Only a line at fault is read a second time, to tell where.
		if fault := walk(told); fault != nil {
			return line{}, fault
		}
		if err == nil {
			return line{}, outage.Invalid("body", "must be one JSON object, and nothing after it")
		}
		return line{}, decodeError(err)
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

// atLine is an error about a line. All that goes wrong with one is the
// sender's to correct.
func atLine(number int, err error) *outage.Error {
	known := outage.AsError(err)
	if known == nil {
		known = outage.Invalid("body", "is not JSON")
	}
	fault := *known
	fault.Line = number
	return &fault
}
