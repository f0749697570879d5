package outage

import (
	"strings"
	"time"
)

// Scope is how far an incident reaches within its country.
type Scope string

// The scopes, widest first.
const (
	ScopeCountry Scope = "country"
	ScopeRegion  Scope = "region"
	ScopeCell    Scope = "cell"
)

// State is where an incident stands in its life.
type State string

// The states. A pending incident is evidence of at least half of what opening
// takes; it has no address yet. An incident that alarms again soon after it was
// resolved is open again under the same id.
const (
	StatePending    State = "pending"
	StateOpen       State = "open"
	StateRecovering State = "recovering"
	StateResolved   State = "resolved"
)

// Severity is how much an incident matters to the people of a country.
type Severity string

// The severities.
const (
	SeverityMinor    Severity = "minor"
	SeverityMajor    Severity = "major"
	SeverityCritical Severity = "critical"
)

// Verdict says whether the service itself is probably at fault.
type Verdict string

// The verdicts.
const (
	LikelyCause      Verdict = "likely_cause"
	LikelyCollateral Verdict = "likely_collateral" // people name it, another thing broke
)

// Judged is what the detector sees of one service in one cell in one minute:
// distinct reporters, after the caps that keep a few from looking like many.
type Judged struct {
	Service   string
	Country   Country
	Cell      Cell // any resolution from 5 to CellFine; 0 when unplaced
	Reporters int
	// Vouched is the part of the reporters that an importer vouches for.
	Vouched int
	// Capped are the counted reports that the caps took away.
	Capped int
	// Networks are those that no earlier report of the half hour came from.
	Networks int
	// Works and Back are those who said that it works, and works again.
	Works, Back int
	// Blocks are the parts of the reporters that each block of networks has, as
	// far as that is known. Their sum may be less than Reporters.
	Blocks []BlockShare
	// Access and Symptoms are the reporters of the service in the whole country who
	// named an access network, and a symptom. They come with any one of the counts, or
	// with one of nobody.
	Access   []AccessCount
	Symptoms []SymptomCount
}

// SymptomCount is the reporters who named one symptom.
type SymptomCount struct {
	Symptom   string
	Reporters float64
}

// BlockShare is the part of some judged reporters that came from one block of
// networks, an IPv4 /16 or IPv6 /32. Block is a keyed hash, 0 where the block is
// not known.
type BlockShare struct {
	Block     uint64
	Reporters float64
}

// BlockCount is the part of one block of networks in the judged reporters of a
// service in one cell and minute.
type BlockCount struct {
	Service string
	Country Country
	Cell    Cell
	Start   Minute
	BlockShare
}

// Baseline is what is normal for a service at one moment in one place, in
// reporters a minute.
type Baseline struct {
	Mean float64
	// Upper is the mean raised by how little is known about it. Evidence is
	// weighed against Upper, so that ignorance costs time and no false alarm.
	Upper float64
	// Dispersion is the alpha of a negative binomial count: the variance of a
	// minute is Mean + Dispersion x Mean^2.
	Dispersion float64
}

// Signal is a run of counts that the baseline does not explain.
type Signal struct {
	Service string
	Country Country
	Since   Minute // the first minute of the run
	Minute  Minute // the last minute used
	Scope   Scope
	Region  Region // set when Scope is region
	Cell    Cell   // set when Scope is cell
	// Observed and Expected are the reporters since the run began.
	Observed int64
	Expected float64
	// Evidence and Needed are in nats: the log of how much likelier the counts
	// are in an outage than on an ordinary day, and how much it takes to open.
	Evidence, Needed float64
	// Threshold is the number of reporters, in the same run, at which an
	// incident opens.
	Threshold float64
	// Alternative is the multiple of the normal against which the evidence was weighed.
	Alternative float64 `json:"Design"`
	// Run is the run as one count, which decides where minutes are not independent.
	Run RunSignal `json:",omitzero"`
}

// RunSignal is the run of a Signal as one count.
type RunSignal struct {
	// Evidence is the log-likelihood ratio of the count at its own mean and at the
	// expected one, in nats, by the Dispersion of sums over as many minutes as the run
	// lasts. Needed is what opens at this length.
	Evidence, Needed, Dispersion float64
	// Recurrence is what the largest excursions of the last three weeks ask for, in nats;
	// 0 below the country.
	Recurrence float64 `json:",omitempty"`
	// Prior says that the series had no normal of its own yet, so that it was compared
	// with a prior.
	Prior bool `json:",omitempty"`
}

// CellWeight is a cell of a footprint and the reporters in it beyond what was
// expected there.
type CellWeight struct {
	Cell   Cell    `json:"cell"`
	Weight float64 `json:"weight"`
}

// Footprint is where an incident is. Regions are sorted by excess, the main
// one first, and so are Cells. Centroid is the middle of the excess.
type Footprint struct {
	Scope    Scope
	Regions  []Region
	Cells    []CellWeight
	Centroid LatLng
	// Districts are those of the cells, most reports first. Only published footprints
	// have them.
	Districts []District `json:",omitempty"`
}

// Incident is an outage as the reports tell it, of one service in one country.
type Incident struct {
	ID      string
	Service string
	Country Country
	State   State
	// OpenedAt and ClosedAt are instants of decision: the end of the last
	// minute used. OpenedAt keeps its first value when the incident reopens;
	// ClosedAt is zero unless the incident is resolved.
	OpenedAt, ClosedAt time.Time
	// EndUnknown says that an import ended before the incident did: ClosedAt is then
	// the end of the imported reports.
	EndUnknown bool `json:",omitempty"`
	// Since is the first minute of the run that opened it.
	Since     Minute
	Footprint Footprint
	// Final says that the footprint no longer moves.
	Final bool
	// Observed, Expected and Threshold are those of the signal that opened it.
	Observed  int64
	Expected  float64
	Threshold float64
	// Ratio and Peak compare ten minutes with what is normal for them: the
	// last ten, and the worst so far.
	Ratio, Peak float64
	Severity    Severity
	// Confirmed says that enough people carry the incident for it to be called an
	// outage; until then it is minor, and the service's status is elevated.
	Confirmed bool
	Verdict   Verdict
	// Cause is the service that probably broke, when the verdict is
	// LikelyCollateral, and Reasons say why it is thought to be, strongest first.
	Cause   string   `json:",omitempty"`
	Reasons []Reason `json:",omitempty"`
	// Access is what the access networks of the reporters say of the cause, nil for
	// nothing.
	Access *AccessFinding `json:",omitempty"`
	// Parent is the wider event that the incident belongs to, "" for none: the
	// same service in several countries, a family, or a provider and its customers.
	Parent string `json:",omitempty"`
	// MergedInto is the incident of the same service that took this one in, "" for
	// none.
	MergedInto string `json:",omitempty"`
	// Why is the arithmetic of its opening.
	Why Explanation
	// Recoveries are the regions of the footprint, each with its own end.
	Recoveries []Recovery `json:",omitempty"`
}

// Reason is one thing that speaks for a cause elsewhere.
type Reason string

// The reasons.
const (
	ReasonDepends   Reason = "depends_on"     // the catalogue says that it needs the cause
	ReasonProvider  Reason = "provider"       // one company runs both
	ReasonFamily    Reason = "family"         // both are of one family
	ReasonCategory  Reason = "same_category"  // both carry others, and people call from one to the other
	ReasonMany      Reason = "many_services"  // unrelated services rose with it, as when what carries them fails
	ReasonFootprint Reason = "same_footprint" // both rose in the same places
	ReasonOnset     Reason = "onset"          // it rose when the cause did, or soon after
	ReasonNetwork   Reason = "network_share"  // most of its reporters are with the network that is the cause
	ReasonAlike     Reason = "networks_alike" // the reporters of the cause are with all networks alike
	ReasonSymptom   Reason = "symptom"        // more of its reporters than usual cannot connect at all
	ReasonSize      Reason = "relative_size"  // it rose far less than the cause did
)

// Explanation is what an incident was opened on, in numbers that can be checked
// against the series.
type Explanation struct {
	// Window runs from the first minute of the run to the decision; where the
	// run is of a region or a cell, from the block of minutes in which it began.
	Window Span
	// Reports are the counted reports of the window in the whole country,
	// before the caps per network; Judged are what the caps left of them.
	Reports int64
	Judged  float64
	// Works are those who said in the window that it works for them.
	Works int64
	// Alarming are the nodes that had enough evidence: the one that opened the
	// incident, then the others, the strongest first.
	Alarming []Signal `json:"Tips,omitempty"`
	// History is how the evidence grew, minute by minute, oldest first: the last
	// ones before the decision, and as many as are kept.
	History []Step `json:"Trail,omitempty"`
}

// Step is what the detector held of a service in a country after one minute:
// the minute's count in the country, and the node nearest to opening.
type Step struct {
	Minute   Minute
	Observed int64   // reporters in the country in this minute
	Expected float64 // and what is normal for it
	Upper    float64
	Node     Signal // the strongest node's run, up to this minute
}

// Recovery is how one region of a footprint fares.
type Recovery struct {
	Region Region
	// Reports are those since the incident opened.
	Reports int64
	// Ratio and Peak compare ten minutes with what is normal for them: the last
	// ten, and the worst so far.
	Ratio, Peak float64
	// At is the instant at which its own counts said that it was over; zero
	// while they do not.
	At time.Time
	// Back are those who said so there while the incident was open.
	Back int64
}

// Parameter is a number by which Downpour decides. Meaning is the key of the
// sentence that explains it; Unit is "minutes", "days", "reporters", "nats",
// "times", "part" or "points".
type Parameter struct {
	Name    string
	Value   float64
	Unit    string
	Meaning string
}

// IncidentID is the address of the incident that opened at the given instant.
// A replay of the same minutes gives the same address.
func IncidentID(service string, country Country, openedAt time.Time) string {
	return service + "-" + strings.ToLower(string(country)) + "-" + openedAt.UTC().Format("20060102T1504Z")
}

// Blamed is the service that is probably the cause of an incident of another, ""
// where the incident is that of its own service.
func (in Incident) Blamed() string {
	if in.Verdict == LikelyCollateral && in.Cause != in.Service {
		return in.Cause
	}
	return ""
}
