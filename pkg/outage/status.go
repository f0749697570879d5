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
	Observed int64     // counted problem reports of the last 10 minutes
	Expected *float64  // what is normal for those 10 minutes; nil while no baseline is known
	Incident *Incident // the one that is open or recovering, or nil
}
