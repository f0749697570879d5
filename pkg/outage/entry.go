package outage

// Entry is one line of the report log: a report as it was stored, or its
// retraction. Counts are sums of Sign over the entries that Counted.
type Entry struct {
	Report
	Sign    int8 // +1, or -1 when the sender took the report back
	Counted bool // false for a repeat within the half hour
	// Weight is what the detector sees of a counted problem report, 0 to 1.
	Weight float64
	// First says that its prefix had not reported the service in this half hour.
	First bool
	// Nodes are the levels of the public table at which the report was the first
	// or the second of a network in its node and quarter hour. Keyed reports have
	// none.
	Nodes NodeSet
}
