package outage

import (
	"net/netip"
	"time"
)

// Kind is what a report says of a service.
type Kind string

// The kinds of report.
const (
	Problem Kind = "problem" // it is broken for me; the default
	Works   Kind = "works"   // it works for me
	Back    Kind = "back"    // it works for me again
)

// Kinds lists the kinds in the order in which they are shown.
func Kinds() []Kind { return []Kind{Problem, Works, Back} }

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return k == Problem || k == Works || k == Back }

// HalfHour is how long a counted report keeps the same reporter from counting
// again for the same service and kind.
const HalfHour = 30 * time.Minute

// UndoFor is how long after a report its sender may take it back.
const UndoFor = 10 * time.Minute

// Client is who asks, as far as the network tells. It lives as long as the
// request and is never written anywhere.
type Client struct {
	Addr           netip.Addr
	UserAgent      string
	AcceptLanguage string
}

// Submission is a report as somebody sent it: unchecked text. Exactly one of
// Location, Place and Country says where; Country may stand beside Place to
// tell two places of one name apart.
type Submission struct {
	Service  string
	Symptom  string
	Kind     string
	Location *LatLng
	Place    string
	Country  string
	Network  string
	Since    string
	Token    string // random, made by the form or app; tells people behind one address apart
}

// Report is a submission that passed every check, without anything that could
// identify its sender. The coordinate became a cell before it was made.
type Report struct {
	ID      ReportID
	Service string
	Symptom string // "" when none was given
	Kind    Kind
	Country Country
	Region  Region // "" when unplaced
	// District is "" where it is not known.
	District District
	Cell     Cell // resolution CellFine, 0 when no more than the region or district is known
	At       time.Time
	Since    time.Time // when it broke, as the sender says; zero when not said
	Network  string    // provider of the sender, "" when not said

	// Reporter is a keyed hash that changes each UTC day; Earlier is the same
	// sender under the key before, while that key is still checked, else 0.
	Reporter, Earlier uint64
	// Prefix is a keyed hash of the sender's network: its IPv4 /24 or IPv6 /48,
	// or the whole of its hoster where that is known.
	Prefix uint64
	// Origin is what else the cap of the prefix goes by. It is not archived.
	Origin Origin
	// UndoHash is the hash of the undo token given to the sender.
	UndoHash uint64
	// Keyed says that an importer with an API key vouches for the report, so
	// that no cap per prefix applies.
	Keyed bool
}

// Origin is what the cap of a network prefix goes by. How many reporters a
// prefix usually has is learnt under two keys at a time, so that there is always
// one which is old enough, and none that is older than OriginKeyLife.
type Origin struct {
	Epoch  int64  // number of the elder key, under which Prefix and Block are hashed
	Next   uint64 // the prefix under the younger key
	Block  uint64 // hash of the IPv4 /16 or IPv6 /32 around the prefix
	Hosted bool   // a hoster's: its cap does not grow
	Person uint64 // hash of the IPv4 address or IPv6 /64, under the key of the day
}

// OriginKeyLife is how long a key for networks lives, and OriginKeyStep how long
// after one key the next begins.
const (
	OriginKeyLife = 2 * OriginKeyStep
	OriginKeyStep = 14 * 24 * time.Hour
)

// Minute is the minute that the report belongs to.
func (r Report) Minute() Minute { return MinuteOf(r.At) }

// Receipt is the answer to a report: what was understood, and whether it
// counted.
type Receipt struct {
	ID      string  `json:"id"`
	Service string  `json:"service"`
	Cell    Cell    `json:"cell,omitempty"`
	Country Country `json:"country"`
	Region  Region  `json:"region,omitempty"`
	// District is empty where it is not known.
	District District `json:"district,omitempty"`
	Counted  bool     `json:"counted"`
	Undo     string   `json:"undo"`
	// Unresolved is set where the place that was named is not understood, so that the
	// report counts for as much of it as is certain.
	Unresolved *Unresolved `json:"unresolved,omitempty"`
	StatusNumbers
}

// Unresolved is a place that is not understood.
type Unresolved struct {
	// Suggestions are places that may be meant, the likeliest first, at most
	// Suggestions.
	Suggestions []Place `json:"suggestions"`
}

// StatusNumbers is a status with the numbers that carry it.
type StatusNumbers struct {
	Status Status `json:"status"`
	// Window is what Observed and Expected are about. It is zero where they are not
	// known, as in receipts of versions that did not have them.
	Window   time.Duration `json:"window_nanoseconds,omitempty"`
	Observed int64         `json:"observed,omitempty"`
	Expected *float64      `json:"expected,omitempty"` // nil while no baseline is known
}
