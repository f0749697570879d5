package public

import (
	"math"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Incident is an incident as the public sees it. Only this package makes one of an
// incident of the detector, so that whoever holds it holds nothing about a place
// that the public table does not show.
type Incident struct {
	ID      string
	Service string
	Country outage.Country
	State   outage.State
	// OpenedAt and ClosedAt are the ends of the last minutes that decided; ClosedAt
	// is zero unless the incident is resolved. Since is the first minute of the run
	// that opened it.
	OpenedAt, ClosedAt time.Time
	EndUnknown         bool // ClosedAt is where the imported reports stop
	Since              outage.Minute
	Footprint          Footprint
	Final              bool // the footprint no longer moves
	// Observed, Expected and Threshold are those of the run that opened it.
	Observed  int64
	Expected  float64
	Threshold float64
	// Ratio and Peak compare ten minutes with what is normal for them: the last ten,
	// and the worst so far.
	Ratio, Peak float64
	Severity    outage.Severity
	Confirmed   bool
	Verdict     outage.Verdict
	Cause       string // with LikelyCollateral, the service that probably broke
	Reasons     []outage.Reason
	Access      *AccessFinding // what access networks say of the cause, nil for nothing
	Parent      string
	MergedInto  string // the incident of the same service that took this one in, "" for none
	Why         Explanation
	Recoveries  []Recovery
	Changes     []Change
	Official    *OfficialNotice // what the vendor published about it, nil for nothing
}

// Footprint is where an incident is. Regions and cells are those of the public
// table, the main one first; Centroid is the middle of them.
type Footprint struct {
	Scope    outage.Scope
	Regions  []outage.Region
	Cells    []CellWeight
	Centroid outage.LatLng
	// Districts are those in which the public table shows reports of the cells, most
	// reports first.
	Districts []outage.District
}

// CellWeight is a cell of a footprint and the reporters in it beyond what was
// expected there, in steps of Floor.
type CellWeight struct {
	Cell   outage.Cell `json:"cell"`
	Weight float64     `json:"weight"`
}

// Explanation is the arithmetic of an opening.
type Explanation struct {
	Window  outage.Span
	Reports int64   // plain counts of the country in the window
	Judged  float64 // what the caps per network left of them
	Works   int64
	// Alarming are the nodes that had enough evidence, the one that opened the incident
	// first. Below the country none has fewer than Floor reporters.
	Alarming []Node
	// History is how the evidence of the country grew, oldest minute first.
	History []Step
}

// Node is a country, region or cell and what its run amounted to.
type Node struct {
	Country             outage.Country
	Scope               outage.Scope
	Region              outage.Region // set when Scope is region
	Cell                outage.Cell   // set when Scope is cell
	Since               outage.Minute
	Observed            int64
	Expected, Threshold float64
	Evidence, Needed    float64 // nats
	Alternative         float64 // the multiple of the normal against which it was weighed
	Minutes             int     // length of the run
	Run                 outage.RunSignal
}

// Step is one minute of the country before an opening. Evidence and Needed are nil
// where the nearest node was below the country: from one minute to the next they
// would tell of single reports.
type Step struct {
	Minute           outage.Minute
	Observed         int64
	Expected, Upper  float64
	Scope            outage.Scope // of the node nearest to opening
	Evidence, Needed *float64
}

// Recovery is how one region of a footprint fares.
type Recovery struct {
	Region      outage.Region
	Ratio, Peak float64   // of the last ten minutes, and of the worst; in steps of Floor reporters while it lasts
	At          time.Time // when its own counts said that it was over; zero while they do not
	Back        int64     // who said so there, in steps of Floor
}

// Change is a step in the life of an incident.
type Change struct {
	At      time.Time
	State   outage.State
	Ratio   float64
	Verdict outage.Verdict
	Cause   string
}

// Blamed is the service that is probably the cause of an incident of another, ""
// where the incident is that of its own service.
func (i Incident) Blamed() string {
	if i.Verdict == outage.LikelyCollateral && i.Cause != i.Service {
		return i.Cause
	}
	return ""
}

// Over reports whether the incident has ended.
func (i Incident) Over() bool { return i.State == outage.StateResolved && !i.ClosedAt.IsZero() }

// Span is the stretch of the incident, from the first minute of its run to its end,
// or to asOf while it lasts.
func (i Incident) Span(asOf time.Time) outage.Span {
	span := outage.Span{From: i.Since, To: outage.MinuteOf(asOf) + 1}
	if !i.ClosedAt.IsZero() {
		span.To = outage.MinuteOf(i.ClosedAt)
	}
	span.To = max(span.To, span.From+1)
	return span
}

// IncidentOf is the public form of a record whose places were read from the public
// table, as Publish does it. It applies the minimum count to every number below
// the country. means are the reporters a minute that are normal for its regions,
// as far as they are known.
func IncidentOf(record outage.Record, means map[outage.Region]float64) Incident {
	in := record.Incident
	made := Incident{
		ID: in.ID, Service: in.Service, Country: in.Country, State: in.State, OpenedAt: in.OpenedAt, ClosedAt: in.ClosedAt, EndUnknown: in.EndUnknown,
		Since: in.Since, Footprint: footprintOf(in.Footprint), Final: in.Final,
		Observed: in.Observed, Expected: in.Expected, Threshold: in.Threshold, Ratio: in.Ratio, Peak: in.Peak,
		Severity: in.Severity, Confirmed: in.Confirmed, Verdict: in.Verdict, Cause: in.Cause, Reasons: in.Reasons, Access: findingOf(in.Access),
		Parent: in.Parent, MergedInto: in.MergedInto, Why: explanationOf(in.Why),
	}
	for _, recovery := range in.Recoveries {
		if recovery.Reports >= Floor {
			made.Recoveries = append(made.Recoveries, recoveryOf(recovery, means[recovery.Region], made.Over()))
		}
	}
	for _, change := range record.Changes {
		made.Changes = append(made.Changes, Change(change))
	}
	return made
}

func footprintOf(exact outage.Footprint) Footprint {
	made := Footprint{Scope: exact.Scope, Regions: slices.Clone(exact.Regions), Centroid: exact.Centroid, Districts: slices.Clone(exact.Districts)}
	for _, cell := range exact.Cells {
		if cell.Weight >= Floor {
			made.Cells = append(made.Cells, CellWeight{Cell: cell.Cell, Weight: inSteps(cell.Weight)})
		}
	}
	return made
}

// inSteps rounds a number of reporters down to a multiple of Floor, so that no two
// answers about it differ by less.
func inSteps(n float64) float64 { return math.Floor(n/Floor) * Floor }

func explanationOf(exact outage.Explanation) Explanation {
	made := Explanation{Window: exact.Window, Reports: exact.Reports, Judged: exact.Judged, Works: exact.Works}
	for _, signal := range exact.Alarming {
		if signal.Scope == outage.ScopeCountry || signal.Observed >= Floor {
			made.Alarming = append(made.Alarming, nodeOf(signal))
		}
	}
	for _, step := range exact.History {
		shown := Step{Minute: step.Minute, Observed: step.Observed, Expected: step.Expected, Upper: step.Upper, Scope: step.Node.Scope}
		if step.Node.Scope == outage.ScopeCountry {
			evidence, needed := step.Node.Evidence, step.Node.Needed
			shown.Evidence, shown.Needed = &evidence, &needed
		}
		made.History = append(made.History, shown)
	}
	return made
}

func nodeOf(signal outage.Signal) Node {
	return Node{
		Country: signal.Country, Scope: signal.Scope, Region: signal.Region, Cell: signal.Cell, Since: signal.Since,
		Observed: signal.Observed, Expected: signal.Expected, Threshold: signal.Threshold,
		Evidence: signal.Evidence, Needed: signal.Needed, Alternative: signal.Alternative,
		Minutes: int(signal.Minute-signal.Since) + 1, Run: signal.Run,
	}
}

// recoveryOf is the public form of a recovery. The ratios of an incident that is
// over no longer move, so nothing is to be seen in their differences.
func recoveryOf(exact outage.Recovery, mean float64, over bool) Recovery {
	made := Recovery{Region: exact.Region, At: exact.At, Ratio: exact.Ratio, Peak: exact.Peak}
	if !over {
		made.Ratio, made.Peak = ratioInSteps(exact.Ratio, mean), ratioInSteps(exact.Peak, mean)
	}
	if exact.Back >= Floor {
		made.Back = int64(inSteps(float64(exact.Back)))
	}
	return made
}

// ratioInSteps is a ratio of ten minutes of a region as it would be if the reporters
// were a multiple of Floor; exact differences would tell of single ones. Where
// the mean is not known, it is that of the least expected count.
func ratioInSteps(ratio, mean float64) float64 {
	observed := ratio * max(mean*outage.HealthMinutes, outage.LeastExpected)
	return outage.Ratio(inSteps(observed+roundingSlack), mean*outage.HealthMinutes)
}

// roundingSlack keeps a whole number that was divided and multiplied from being
// rounded down.
const roundingSlack = 1e-6
