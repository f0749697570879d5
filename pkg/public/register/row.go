package register

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Row is an incident in the register. Its JSON form is stored, so fields are added
// and never renamed.
type Row struct {
	ID       string          `json:"id"`
	Service  string          `json:"service"`
	Country  outage.Country  `json:"country"`
	State    outage.State    `json:"state"`
	Start    time.Time       `json:"start"`     // the first minute of the run that opened it
	OpenedAt time.Time       `json:"opened_at"` // when the detector decided
	End      *time.Time      `json:"end"`       // nil while it lasts
	Duration int64           `json:"duration_seconds"`
	Scope    outage.Scope    `json:"scope"`
	Severity outage.Severity `json:"severity"`
	Regions  []outage.Region `json:"regions"`
	// Districts are those of the footprint that the public table shows.
	Districts []outage.District `json:"districts"`
	// Services are its own and those that are reported because of it.
	Services []string `json:"services"`
	// Total and PeakQuarter count problem reports of the country; nil where they could
	// not be read.
	Total       *int64         `json:"total"`
	PeakQuarter *QuarterCount  `json:"peak_quarter"`
	PeakRatio   float64        `json:"peak_ratio"`
	Verdict     outage.Verdict `json:"verdict"`
	Cause       *string        `json:"cause"`
	Parent      *string        `json:"parent"`
	MergedInto  *string        `json:"merged_into"`
	Updates     []Update       `json:"updates"`
}

// QuarterCount is the problem reports of a 15-minute bucket.
type QuarterCount struct {
	Start   time.Time `json:"start"`
	Reports int64     `json:"reports"`
}

// Update is a step in the life of an incident.
type Update struct {
	At      time.Time      `json:"at"`
	State   outage.State   `json:"state"`
	Verdict outage.Verdict `json:"verdict,omitempty"`
	Cause   string         `json:"cause,omitempty"`
}

// rowOf is the row of an incident at an instant. Its extent is nil where it could not
// be read.
func rowOf(in public.Incident, extent *public.Extent, at time.Time) Row {
	row := Row{
		ID: in.ID, Service: in.Service, Country: in.Country, State: in.State,
		Start: in.Since.Time(), OpenedAt: in.OpenedAt.UTC(), Duration: int64(in.Duration(at).Seconds()),
		Scope: in.Footprint.Scope, Severity: in.Severity, Regions: in.Footprint.Regions, Districts: in.Footprint.Districts, Services: []string{in.Service},
		PeakRatio: round(in.Peak), Verdict: in.Verdict, Cause: orNil(in.Cause), Parent: orNil(in.Parent), MergedInto: orNil(in.MergedInto),
	}
	if in.Over() && !in.EndUnknown {
		end := in.ClosedAt.UTC()
		row.End = &end
	}
	if extent != nil {
		row.Total = &extent.Total
		if extent.Any() {
			row.PeakQuarter = &QuarterCount{extent.Worst.Start.Time(), extent.Worst.Reports}
		}
	}
	for _, change := range in.Changes {
		row.Updates = append(row.Updates, Update{change.At.UTC(), change.State, change.Verdict, change.Cause})
	}
	row.Regions, row.Districts, row.Updates = orEmpty(row.Regions), orEmpty(row.Districts), orEmpty(row.Updates)
	return row
}

func orNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// round keeps four decimals.
func round(x float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'f', 4, 64), 64)
	return rounded
}

// addAffected adds to each row the services whose incidents were attributed to its
// service while it lasted.
func addAffected(rows []Row, at time.Time) {
	for i := range rows {
		cause := &rows[i]
		for _, other := range rows {
			if other.Cause != nil && *other.Cause == cause.Service && other.Country == cause.Country &&
				overlap(*cause, other, at) && !slices.Contains(cause.Services, other.Service) {
				cause.Services = append(cause.Services, other.Service)
			}
		}
		slices.Sort(cause.Services[1:])
	}
}

func overlap(a, b Row, at time.Time) bool {
	return a.Start.Before(b.endOr(at)) && b.Start.Before(a.endOr(at))
}

// endOr is the end of the incident, or an instant while it lasts.
func (r Row) endOr(at time.Time) time.Time {
	if r.End != nil {
		return *r.End
	}
	return at
}

// columns are those of the CSV form. Lists are divided by semicolons.
var columns = []string{
	"id", "service", "country", "state", "start", "opened_at", "end", "duration_seconds", "scope", "severity", "regions", "districts",
	"services", "total", "peak_quarter_start", "peak_quarter_reports", "peak_ratio", "verdict", "cause", "parent", "merged_into", "updates",
}

// CSV writes rows by RFC 4180, with a header.
func CSV(rows []Row) ([]byte, error) {
	records := make([][]string, 0, len(rows))
	for _, row := range rows {
		records = append(records, row.record())
	}
	return csvtable.Encode(columns, records)
}

const listSeparator = ";"

func (r Row) record() []string {
	updates := make([]string, len(r.Updates))
	for i, update := range r.Updates {
		updates[i] = stamp(&update.At) + " " + string(update.State)
	}
	total, peakStart, peakReports := "", "", ""
	if r.Total != nil {
		total = strconv.FormatInt(*r.Total, 10)
	}
	if r.PeakQuarter != nil {
		peakStart, peakReports = stamp(&r.PeakQuarter.Start), strconv.FormatInt(r.PeakQuarter.Reports, 10)
	}
	list := func(items []string) string { return strings.Join(items, listSeparator) }
	return []string{
		r.ID, r.Service, string(r.Country), string(r.State), stamp(&r.Start), stamp(&r.OpenedAt), stamp(r.End),
		strconv.FormatInt(r.Duration, 10), string(r.Scope), string(r.Severity), list(texts(r.Regions)), list(texts(r.Districts)), list(r.Services),
		total, peakStart, peakReports, strconv.FormatFloat(r.PeakRatio, 'f', -1, 64),
		string(r.Verdict), text(r.Cause), text(r.Parent), text(r.MergedInto), list(updates),
	}
}

// texts are codes of some kind as texts.
func texts[Code ~string](codes []Code) []string {
	list := make([]string, len(codes))
	for i, code := range codes {
		list[i] = string(code)
	}
	return list
}

func stamp(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
