package privacy

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"
)

// mostFindings is how many findings of one kind are listed; the others are
// counted.
const mostFindings = 20

// Finding is something that must not be where it is. Place is a file, a key of
// Redis or a column; Offset is within it, or -1.
type Finding struct {
	Kind    Kind   `json:"kind"`
	Source  Source `json:"source"`
	Place   string `json:"place"`
	Offset  int64  `json:"offset"`
	Excerpt string `json:"excerpt"`
}

// Source says where a place is.
type Source string

// The sources of a check.
const (
	InFile    Source = "file"
	InLog     Source = "log"
	InRedis   Source = "redis"
	InArchive Source = "archive"
)

// Fact is something that who steals the disk or the Redis could read today.
type Fact struct {
	Name  string    `json:"name"`
	Count int64     `json:"count"`
	Until time.Time `json:"until,omitzero"`
	Text  string    `json:"text"`
}

// Scanned is how much was read.
type Scanned struct {
	Files   int   `json:"files"`
	Bytes   int64 `json:"bytes"`
	Keys    int   `json:"redis_keys"`
	Values  int   `json:"redis_values"`
	Columns int   `json:"archive_columns"`
	Texts   int64 `json:"archive_values"`
}

// Report is the result of a check.
type Report struct {
	Clean    bool           `json:"clean"`
	Findings []Finding      `json:"findings"`
	Totals   map[Kind]int64 `json:"totals"`
	Facts    []Fact         `json:"readable_by_a_thief"`
	Unread   []string       `json:"not_read"`
	Scanned  Scanned        `json:"scanned"`
}

// add counts a finding, and lists it while there are few.
func (r *Report) add(f Finding) {
	if r.Totals == nil {
		r.Totals = map[Kind]int64{}
	}
	r.Clean = false
	r.Totals[f.Kind]++
	if r.Totals[f.Kind] <= mostFindings {
		r.Findings = append(r.Findings, f)
	}
}

// Total is the number of findings.
func (r *Report) Total() (n int64) {
	for _, of := range r.Totals {
		n += of
	}
	return n
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(to io.Writer) error {
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}

// WriteText writes the report for people.
func (r *Report) WriteText(to io.Writer) error {
	out := &lineWriter{to: to}
	s := r.Scanned
	out.line("Read %d files and logs (%d bytes), %d keys of Redis (%d values), %d columns of the archive (%d values).",
		s.Files, s.Bytes, s.Keys, s.Values, s.Columns, s.Texts)
	for _, text := range r.Unread {
		out.line("Not read: %s", text)
	}
	out.line("")
	out.line("What a thief could read today:")
	if len(r.Facts) == 0 {
		out.line("- nothing that says anything of a sender")
	}
	for _, fact := range r.Facts {
		out.line("- %s", fact.Text)
	}
	out.line("")
	if r.Clean {
		out.line("Clean: found no address, user agent, exact coordinate or ended key in what was read.")
		return out.err
	}
	out.line("Findings: %d", r.Total())
	for _, kind := range slices.Sorted(maps.Keys(r.Totals)) {
		r.writeKind(out, kind)
	}
	return out.err
}

func (r *Report) writeKind(out *lineWriter, kind Kind) {
	listed := int64(0)
	for _, f := range r.Findings {
		if f.Kind != kind {
			continue
		}
		listed++
		at := ""
		if f.Offset >= 0 {
			at = " at byte " + strconv.FormatInt(f.Offset, 10)
		}
		out.line("- %s: %s %s%s: %s", kind, f.Source, f.Place, at, f.Excerpt)
	}
	if more := r.Totals[kind] - listed; more > 0 {
		out.line("- %s: %d more", kind, more)
	}
}

// lineWriter writes lines and keeps the first error.
type lineWriter struct {
	to  io.Writer
	err error
}

func (l *lineWriter) line(format string, arguments ...any) {
	if l.err == nil {
		_, l.err = fmt.Fprintf(l.to, format+"\n", arguments...)
	}
}
