package outage

// Outcome is what became of one report of a batch.
type Outcome byte

// The outcomes. A report that is there already changes nothing.
const (
	Repeat    Outcome = iota // stored, and not counted: a repeat within the half hour
	Counted                  // stored and counted
	Duplicate                // there already, from an earlier request
)

// BatchReceipt is the answer to a batch. Accepted lines passed the checks and
// are stored by this request; Counted are those of them that counted;
// Duplicate are lines that were there already.
type BatchReceipt struct {
	Accepted, Counted, Duplicate int
	// Rejected has one error for each line at fault, in the order of the lines.
	Rejected []*Error
	// Final says that the importer has sent all that it has.
	Final bool
}
