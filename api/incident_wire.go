package api

import (
	"math"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// incidentJSON begins with the fields of a line of a backtest, under the same
// names.
type incidentJSON struct {
	ID             string                  `json:"id"`
	Service        string                  `json:"service"`
	Country        outage.Country          `json:"country"`
	State          outage.State            `json:"state"`
	OpenedAt       string                  `json:"opened_at"`
	ClosedAt       *string                 `json:"closed_at"`
	End            *string                 `json:"end"`
	Scope          outage.Scope            `json:"scope"`
	Regions        []outage.Region         `json:"regions"`
	Districts      []outage.District       `json:"districts"`
	Cells          []public.CellWeight     `json:"cells"`
	Centroid       outage.LatLng           `json:"centroid"`
	Observed       int64                   `json:"observed"`
	Expected       float64                 `json:"expected"`
	Threshold      float64                 `json:"threshold"`
	Verdict        outage.Verdict          `json:"verdict"`
	Since          string                  `json:"since"`
	Severity       outage.Severity         `json:"severity"`
	Ratio          *float64                `json:"ratio"`
	Peak           *float64                `json:"peak"`
	FootprintFinal bool                    `json:"footprint_final"`
	Cause          *string                 `json:"cause"`
	Reasons        []outage.Reason         `json:"reasons"`
	Parent         *string                 `json:"parent"`
	MergedInto     *string                 `json:"merged_into"`
	Timeline       []changeJSON            `json:"timeline"`
	Recoveries     []recoveryJSON          `json:"recoveries"`
	Why            *whyJSON                `json:"why"`
	Narrative      map[string]string       `json:"narrative"`
	Official       *public.PublishedNotice `json:"official"`
	LeadSeconds    *int64                  `json:"lead_seconds"`
}

type changeJSON struct {
	At      string          `json:"at"`
	State   outage.State    `json:"state"`
	Ratio   *float64        `json:"ratio"`
	Verdict *outage.Verdict `json:"verdict"`
	Cause   *string         `json:"cause"`
}

// incidentsJSON is a page of incidents.
type incidentsJSON struct {
	AsOf string `json:"as_of"`
	list[listedIncidentJSON]
}

type listedIncidentJSON struct {
	incidentJSON
	extentJSON
}

type incidentDetailJSON struct {
	AsOf string `json:"as_of"`
	incidentJSON
	extentJSON
	Symptoms   *symptomSharesJSON    `json:"symptoms"`
	Networks   *incidentNetworksJSON `json:"networks"`
	Unaffected []string              `json:"unaffected"`
}

// extentJSON is how much was reported during an incident, null while that cannot be
// read.
type extentJSON struct {
	Total           *int64            `json:"total"`
	PeakQuarter     *quarterCountJSON `json:"peak_quarter"`
	DurationSeconds int64             `json:"duration_seconds"`
}

type quarterCountJSON struct {
	Start   string `json:"start"`
	Reports int64  `json:"reports"`
}

type symptomSharesJSON struct {
	From     string             `json:"from"`
	To       string             `json:"to"`
	Total    int64              `json:"total"`
	Withheld int64              `json:"withheld"`
	Items    []symptomCountJSON `json:"items"`
}

func (a *API) wireIncident(in public.Incident) incidentJSON {
	wire := incidentJSON{
		ID: in.ID, Service: in.Service, Country: in.Country, State: in.State,
		OpenedAt: in.OpenedAt.UTC().Format(time.RFC3339), Scope: in.Footprint.Scope,
		Regions: orEmpty(in.Footprint.Regions), Districts: orEmpty(in.Footprint.Districts), Cells: orEmpty(in.Footprint.Cells), Centroid: outage.LatLng{
			Lat: round(in.Footprint.Centroid.Lat, centroidDecimals), Lng: round(in.Footprint.Centroid.Lng, centroidDecimals),
		},
		Observed: in.Observed, Expected: round(in.Expected, meanDecimals), Threshold: round(in.Threshold, meanDecimals),
		Verdict: in.Verdict, Since: wireTime(in.Since), Severity: in.Severity,
		Ratio: number(&in.Ratio), Peak: number(&in.Peak), FootprintFinal: in.Final,
		Cause: orNull(in.Cause), Reasons: orEmpty(in.Reasons), Parent: orNull(in.Parent), MergedInto: orNull(in.MergedInto),
		Timeline:   make([]changeJSON, 0, len(in.Changes)),
		Recoveries: recoveries(in.Recoveries), Why: why(in.Why),
		Narrative: a.sentences.All(in),
	}
	if !in.ClosedAt.IsZero() {
		closed := in.ClosedAt.UTC().Format(time.RFC3339)
		wire.ClosedAt, wire.End = &closed, new("observed")
		if in.EndUnknown {
			wire.End = new("unknown")
		}
	}
	if in.Official != nil {
		notice := public.PublishedNoticeOf(in.Official.Notice)
		wire.Official = &notice
		if lead := in.Official.Lead; lead != nil {
			wire.LeadSeconds = new(int64(*lead / time.Second))
		}
	}
	for _, change := range in.Changes {
		wire.Timeline = append(wire.Timeline, changeJSON{
			change.At.UTC().Format(time.RFC3339), change.State, number(&change.Ratio), orNull(change.Verdict), orNull(change.Cause),
		})
	}
	return wire
}

// Rounding of incidents; a backtest rounds alike.
const (
	meanDecimals     = 1e3
	centroidDecimals = 1e5
)

// round rounds to some decimals. NaN and infinities, which JSON lacks and which do not occur
// in valid data, become 0.
func round(x, decimals float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return math.Round(x*decimals) / decimals
}

// orEmpty is an empty list where there is none, since null is no list.
func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
