package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Event is one step in the life of an incident, as it was when it was observed.
type Event struct {
	Number uint64    `json:"number"` // of the log, ascending
	ID     string    `json:"id"`     // incident id, a dot and the sequence number within it
	Kind   Kind      `json:"kind"`
	At     time.Time `json:"at"`
	// Sequence counts the events of the incident from 1, and Earlier are the last ones before
	// it, oldest first.
	Sequence int         `json:"sequence"`
	Earlier  []Reference `json:"earlier,omitempty"`
	Incident Incident    `json:"incident"`
}

// Reference names an event.
type Reference struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// Incident is an incident on the wire. Expected, Ratio and Peak are as in the API.
type Incident struct {
	ID          string            `json:"id"`
	Service     string            `json:"service"`
	ServiceName string            `json:"service_name"`
	Family      string            `json:"family,omitempty"`
	Country     outage.Country    `json:"country"`
	State       outage.State      `json:"state"`
	Severity    outage.Severity   `json:"severity"`
	Verdict     outage.Verdict    `json:"verdict"`
	Cause       string            `json:"cause,omitempty"`
	Scope       outage.Scope      `json:"scope"`
	Regions     []outage.Region   `json:"regions"`
	Districts   []outage.District `json:"districts"`
	Symptoms    []string          `json:"symptoms"` // those of at least a quarter of the reports
	Centroid    outage.LatLng     `json:"centroid"`
	Observed    int64             `json:"observed"`
	Expected    float64           `json:"expected"`
	Ratio       float64           `json:"ratio"`
	Peak        float64           `json:"peak"`
	OpenedAt    time.Time         `json:"opened_at"`
	ClosedAt    *time.Time        `json:"closed_at"`
	MergedInto  string            `json:"merged_into,omitempty"`
	Title       string            `json:"title"`   // English
	Summary     string            `json:"summary"` // English
	URL         string            `json:"url,omitempty"`
	// Where names the place in English.
	Where string `json:"where"`
	// Official is what the vendor's own status page says, nil where that is not known.
	Official *Official `json:"official"`
}

// Official is what a vendor says, and when it last said something else.
type Official struct {
	State outage.OfficialState `json:"state"`
	At    time.Time            `json:"at"`
}

// same reports whether two say the same, and whether both are unknown.
func (o *Official) same(other *Official) bool {
	if o == nil || other == nil {
		return o == other
	}
	return o.State == other.State
}

// sentence says it in English.
func (o *Official) sentence() string {
	return fmt.Sprintf("The vendor's own status says %q (%s).", strings.ReplaceAll(string(o.State), "_", " "), o.At.UTC().Format("2006-01-02 15:04 UTC"))
}

// seen is what was last observed of an incident.
type seen struct {
	State    outage.State    `json:"state"`
	Severity outage.Severity `json:"severity"`
	Verdict  outage.Verdict  `json:"verdict"`
	Cause    string          `json:"cause,omitempty"`
	Scope    outage.Scope    `json:"scope"`
	Regions  []outage.Region `json:"regions,omitempty"`
	Merged   string          `json:"merged,omitempty"`
	ClosedAt time.Time       `json:"closed_at,omitzero"`
	Official *Official       `json:"official,omitempty"`
	Sequence int             `json:"sequence"`         // of the last event
	Events   []Reference     `json:"events,omitempty"` // the last mostEarlier
}

// mostEarlier is how many events before it an event names.
const mostEarlier = 20

// seenOf is an incident as it is now, after the events that were made of it before.
func seenOf(in public.Incident, before *seen) *seen {
	regions := slices.Clone(in.Footprint.Regions)
	slices.Sort(regions)
	now := &seen{
		State: in.State, Severity: in.Severity, Verdict: in.Verdict, Cause: in.Blamed(), Scope: in.Footprint.Scope,
		Regions: regions, Merged: in.MergedInto, ClosedAt: in.ClosedAt,
	}
	if before != nil {
		now.Sequence, now.Events = before.Sequence, before.Events
	}
	return now
}

// next is the next event of an incident.
func (s *seen) next(kind Kind, at time.Time, incident Incident) Event {
	s.Sequence++
	of := Reference{fmt.Sprintf("%s.%d", incident.ID, s.Sequence), at}
	event := Event{ID: of.ID, Kind: kind, At: at, Sequence: s.Sequence, Earlier: s.Events, Incident: incident}
	s.Events = append(slices.Clone(s.Events), of)
	s.Events = s.Events[max(0, len(s.Events)-mostEarlier):]
	return event
}

// steps are what happened to an incident since it was last seen, nil for nothing. An
// incident that was not seen before has opened, whatever its state is now.
func (s *seen) steps(now *seen) []Kind {
	steps := s.stepsOfLife(now)
	if s != nil && now.State != outage.StateResolved && now.Official != nil && !s.Official.same(now.Official) {
		steps = append(steps, KindOfficial)
	}
	return steps
}

// stepsOfLife are those that do not depend on the vendor.
func (s *seen) stepsOfLife(now *seen) (steps []Kind) {
	before := outage.StateOpen
	switch {
	case s == nil, s.State == outage.StateResolved && now.State != outage.StateResolved:
		steps = append(steps, KindOpened)
	default:
		before = s.State
	}
	switch {
	case now.Merged != "" && (s == nil || s.Merged != now.Merged):
		return append(steps, KindMerged)
	case now.State != before && now.State == outage.StateRecovering:
		return append(steps, KindRecovering)
	case now.State != before && now.State == outage.StateResolved:
		return append(steps, KindResolved)
	case len(steps) == 0 && !s.same(now) && now.State != outage.StateResolved:
		return append(steps, KindUpdated)
	}
	return steps
}

// same reports whether nothing differs that a receiver would want to know.
func (s *seen) same(now *seen) bool {
	return s.State == now.State && s.Severity == now.Severity && s.Verdict == now.Verdict && s.Cause == now.Cause &&
		s.Scope == now.Scope && slices.Equal(s.Regions, now.Regions)
}
