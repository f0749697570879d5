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

// LeastExpected keeps a ratio from growing without bound where next to nothing
// is expected.
const LeastExpected = .5

// Ratio is how many times the expected the observed is, of judged reporters over
// one window: observed / max(expected, 0.5).
func Ratio(observed, expected float64) float64 { return observed / max(expected, LeastExpected) }
