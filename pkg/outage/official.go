package outage

import "time"

// OfficialState is how a vendor says that its own service does.
type OfficialState string

// The states, best first. Unknown is what a page that cannot be read or understood gives.
const (
	OfficialOperational OfficialState = "operational"
	OfficialUnknown     OfficialState = "unknown"
	OfficialMaintenance OfficialState = "maintenance"
	OfficialDegraded    OfficialState = "degraded"
	OfficialPartial     OfficialState = "partial_outage"
	OfficialMajor       OfficialState = "major_outage"
)

var officialRanks = map[OfficialState]int{
	OfficialOperational: 1, OfficialUnknown: 2, OfficialMaintenance: 3, OfficialDegraded: 4, OfficialPartial: 5, OfficialMajor: 6,
}

// Valid reports whether the state is one of those above.
func (s OfficialState) Valid() bool { return officialRanks[s] > 0 }

// Rank orders states by trouble, the worst highest.
func (s OfficialState) Rank() int { return officialRanks[s] }

// Trouble reports whether the vendor admits that something is broken. Planned work is not.
func (s OfficialState) Trouble() bool { return officialRanks[s] >= officialRanks[OfficialDegraded] }

// OfficialPhase is how far a vendor says that it is with what it gave notice of.
type OfficialPhase string

// The phases; "" where the vendor names none. Monitoring is open still: the vendor believes
// in its remedy and watches it.
const (
	PhaseInvestigating OfficialPhase = "investigating"
	PhaseIdentified    OfficialPhase = "identified"
	PhaseMonitoring    OfficialPhase = "monitoring"
	PhaseResolved      OfficialPhase = "resolved"
)

// Valid reports whether the phase is one of those above or "".
func (p OfficialPhase) Valid() bool {
	return p == "" || p == PhaseInvestigating || p == PhaseIdentified || p == PhaseMonitoring || p == PhaseResolved
}

// Notice is what a vendor published about one trouble or one piece of planned work.
type Notice struct {
	ID    string        `json:"id"`
	Title string        `json:"title,omitempty"` // plain text, "" where a page has levels only
	State OfficialState `json:"state"`           // the impact
	Phase OfficialPhase `json:"phase,omitempty"`
	Link  string        `json:"link,omitempty"` // https
	// PublishedAt is when the vendor made the notice, by its own machine and not before the
	// last reading without it; zero where that is not known.
	PublishedAt time.Time `json:"published_at,omitzero"`
	UpdatedAt   time.Time `json:"updated_at,omitzero"`
	ResolvedAt  time.Time `json:"resolved_at,omitzero"` // zero while it is open
	SeenAt      time.Time `json:"seen_at,omitzero"`     // when it was first read here
}

// Open reports whether the notice is not resolved.
func (n Notice) Open() bool { return n.ResolvedAt.IsZero() }

// OfficialSource is where an official status comes from.
type OfficialSource string

// The sources. What an operator entered stands until it is withdrawn, and before the page.
const (
	FromPage     OfficialSource = "page"
	FromOperator OfficialSource = "operator"
)

// Official is what a vendor says of one service, as of one reading. It is never part of a
// count or of a verdict.
type Official struct {
	Service string         `json:"service"`
	Source  OfficialSource `json:"source"`
	State   OfficialState  `json:"state"`
	// Reason is why the state is unknown: unreachable, changed (the page has another form)
	// or stale (it is about something long past).
	Reason string `json:"reason,omitempty"`
	// Notices are those that are open, the worst first, and then those resolved within a
	// day, the latest first.
	Notices []Notice `json:"notices,omitempty"`
	Page    string   `json:"page,omitempty"` // the address for people
	// At is when State or Notices last changed, CheckedAt when the page was last asked for.
	At        time.Time `json:"at"`
	CheckedAt time.Time `json:"checked_at,omitzero"`
	// Withdrawn says that an operator took their entry back.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// StatusPage is where and how a vendor publishes the status of a service.
type StatusPage struct {
	Format string // how Feed is read; "" where there is only a page for people
	Page   string // https, for people
	Feed   string // https, for programs
	// Components are parts of the names of what the page covers that are about the service,
	// Except those that are not; all are, where both are empty.
	Components, Except []string
	Pointer            string                   // RFC 6901, of the word for the state in a JSON document
	Words              map[string]OfficialState // what the words at Pointer mean, in lower case
	Enabled            bool                     // it is read where the server reads pages
	Confidence         string                   // in the address: sure, likely, unsure
	Evidence           string                   // for the address
}

// OfficialPast is what is known of what a vendor said about a service.
type OfficialPast struct {
	Notices []Notice // each as it was last read, the first published first
	// Known are the spans in which the page was read, or an entry of an operator stood, from
	// the oldest. The last may be open: its To is zero.
	Known []TimeSpan
}

// TimeSpan is from an instant to another, which is not in it; a zero To is no end.
type TimeSpan struct{ From, To time.Time }
