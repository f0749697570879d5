package backtest

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Line is an incident as a line of a backtest.
type Line struct {
	ID             string              `json:"id"`
	Service        string              `json:"service"`
	Country        outage.Country      `json:"country"`
	State          outage.State        `json:"state"`
	OpenedAt       time.Time           `json:"opened_at"`
	ClosedAt       *time.Time          `json:"closed_at"`
	Scope          outage.Scope        `json:"scope"`
	Regions        []outage.Region     `json:"regions"`
	Cells          []outage.CellWeight `json:"cells"`
	Centroid       outage.LatLng       `json:"centroid"`
	Observed       int64               `json:"observed"`
	Expected       float64             `json:"expected"`
	Threshold      float64             `json:"threshold"`
	Verdict        outage.Verdict      `json:"verdict"`
	Cause          string              `json:"cause,omitempty"`
	Reasons        []outage.Reason     `json:"reasons,omitempty"`
	Parent         string              `json:"parent,omitempty"`
	MergedInto     string              `json:"merged_into,omitempty"`
	FootprintFinal bool                `json:"footprint_final,omitempty"`
}

// incidentLines writes incidents as NDJSON. Each line is written at once, so
// that whoever reads along sees an incident when it is found.
type incidentLines struct {
	out  io.Writer
	last map[string]lastLine
}

// lastLine is what the last line of an incident said. Those of resolved incidents are
// kept too, because one may open again.
type lastLine struct {
	state   outage.State
	verdict outage.Verdict
	cause   string
	final   bool
}

func newIncidentLines(out io.Writer) *incidentLines {
	return &incidentLines{out: out, last: make(map[string]lastLine)}
}

// write writes a line for each change of state, verdict or footprint. Other
// news of an incident, such as the recovery of a region, has no line.
func (l *incidentLines) write(changes []outage.Incident) error {
	for i := range changes {
		in := &changes[i]
		now, before := lastLine{in.State, in.Verdict, in.Cause, in.Final}, l.last[in.ID]
		if now == before {
			continue
		}
		l.last[in.ID] = now
		line := lineOf(in)
		line.FootprintFinal = now.final && !before.final
		text, err := json.Marshal(line)
		if err != nil {
			return fmt.Errorf("writing incident %s: %w", line.ID, err)
		}
		if _, err := l.out.Write(append(text, '\n')); err != nil {
			return fmt.Errorf("writing incident %s: %w", line.ID, err)
		}
	}
	return nil
}

func lineOf(in *outage.Incident) Line {
	line := Line{
		ID: in.ID, Service: in.Service, Country: in.Country, State: in.State,
		OpenedAt: in.OpenedAt, Scope: in.Footprint.Scope,
		Regions: in.Footprint.Regions, Cells: in.Footprint.Cells, Centroid: places5(in.Footprint.Centroid),
		Observed: in.Observed, Expected: places3(in.Expected), Threshold: places3(in.Threshold),
		Verdict: in.Verdict, Cause: in.Cause, Reasons: in.Reasons, Parent: in.Parent, MergedInto: in.MergedInto,
	}
	if !in.ClosedAt.IsZero() {
		closed := in.ClosedAt
		line.ClosedAt = &closed
	}
	return line
}

func places3(x float64) float64 { return math.Round(x*1e3) / 1e3 }

func places5(p outage.LatLng) outage.LatLng {
	return outage.LatLng{Lat: math.Round(p.Lat*1e5) / 1e5, Lng: math.Round(p.Lng*1e5) / 1e5}
}
