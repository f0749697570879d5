package public

import (
	"cmp"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Health is a service in one country now: its status, and the window and the
// numbers that carry it.
type Health struct {
	AsOf     time.Time
	Window   time.Duration // that Observed, Expected and Reports are about
	Status   outage.Status
	Observed int64     // judged reporters
	Expected *float64  // what is normal for the window; nil while no baseline is known
	Incident *Incident // the one that is open or recovering, without its places, or nil
	// Incidents are all that are open or recovering, Incident first, then the others as
	// the detector ranks them. They are without their places as well.
	Incidents []Incident
	// Reports are the counted problem reports of the same window, before the caps
	// per network. They may stand beside Observed and decide nothing.
	Reports int64
	// KnownIn is the number of days until what is normal is known, 0 when it is.
	KnownIn int
	// Networks are those that sent them, and those of the same half hours before.
	Networks int64
}

// Ratio is Observed against Expected, 0 while no baseline is known.
func (h Health) Ratio() float64 {
	if h.Expected == nil {
		return 0
	}
	return outage.Ratio(float64(h.Observed), *h.Expected)
}

// leastFew is the number of reports from which their networks are worth a word.
const leastFew = 10

// Few reports whether most of the reports came from so few networks that the
// caps took more than half of them away.
func (h Health) Few() bool { return h.Reports >= leastFew && h.Reports > 2*h.Observed }

const (
	risingRatio = 3.
	risingFrom  = 10
)

// Rising reports whether far more reporters came in the window than is normal,
// though the minutes that were judged so far do not prove it: as usual would be
// a wrong word.
func (h Health) Rising() bool {
	judged := h.Status == outage.StatusOutage || h.Status == outage.StatusElevated
	return !judged && h.Ratio() >= risingRatio && h.Observed >= risingFrom
}

// ranks orders statuses by trouble, the worst first.
var ranks = map[outage.Status]int{
	outage.StatusOutage: 0, outage.StatusElevated: 1, outage.StatusNormal: 2, outage.StatusUnknown: 3,
}

// Known reports whether a status is one of those that exist.
func Known(status outage.Status) bool { _, known := ranks[status]; return known }

// Troubled reports whether a status is worse than normal.
func Troubled(status outage.Status) bool {
	return status == outage.StatusOutage || status == outage.StatusElevated
}

// Worse is the worse of two statuses.
func Worse(a, b outage.Status) outage.Status {
	if ranks[b] < ranks[a] {
		return b
	}
	return a
}

// ByTrouble orders two healths: status, then ratio, then observed, the worst first.
func ByTrouble(a, b Health) int {
	return cmp.Or(
		cmp.Compare(ranks[a.Status], ranks[b.Status]),
		cmp.Compare(b.Ratio(), a.Ratio()),
		cmp.Compare(b.Observed, a.Observed),
	)
}

// withoutPlaces is an incident as a health carries it: where it is stands in the
// record that was published.
func withoutPlaces(in *outage.Incident) Incident {
	bare := *in
	bare.Footprint, bare.Recoveries, bare.Why = outage.Footprint{Scope: in.Footprint.Scope}, nil, outage.Explanation{}
	return IncidentOf(outage.Record{Incident: bare}, nil)
}
