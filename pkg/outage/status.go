package outage

// Status is how a service is doing in a country, region or cell, as far as
// reports can tell.
type Status string

// The statuses, worst first. StatusUnknown means that too little is expected
// and observed to notice even five times the normal within 30 minutes; it is
// not a milder normal.
const (
	StatusOutage   Status = "outage"
	StatusElevated Status = "elevated"
	StatusNormal   Status = "normal"
	StatusUnknown  Status = "unknown"
)

// Health is a service in one country now: its status and the numbers behind it.
type Health struct {
	Status   Status
	Observed int64     // judged reporters of the last 10 minutes
	Expected *float64  // what is normal for those 10 minutes; nil while no baseline is known
	Incident *Incident // the one that is open or recovering, or nil
	// Reports are the counted problem reports of the same minutes, before the caps
	// per network. They may stand beside Observed and decide nothing.
	Reports int64
	// Networks are those that sent them, and those of the same half hours before.
	Networks int64
}

// Ratio is Observed against Expected, 0 while no baseline is known.
func (h Health) Ratio() float64 {
	if h.Expected == nil {
		return 0
	}
	return Ratio(float64(h.Observed), *h.Expected)
}

// Few reports whether most of the reports came from so few networks that the
// caps took more than half of them away.
func (h Health) Few() bool { return h.Reports >= leastFew && h.Reports > 2*h.Observed }

// leastFew is the number of reports from which their networks are worth a word.
const leastFew = 10

// LeastExpected keeps a ratio from growing without bound where next to nothing
// is expected.
const LeastExpected = .5

// Ratio is how many times the expected the observed is, of judged reporters over
// one window: observed / max(expected, 0.5).
func Ratio(observed, expected float64) float64 { return observed / max(expected, LeastExpected) }
