package notify

import (
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Format is the form of the body that a webhook receives.
type Format string

// The formats. FormatStandard is the JSON of Standard Webhooks; the others are what the
// named products take.
const (
	FormatStandard     Format = "standard"
	FormatSlack        Format = "slack"
	FormatTeams        Format = "teams"
	FormatDiscord      Format = "discord"
	FormatTelegram     Format = "telegram"
	FormatPagerDuty    Format = "pagerduty"
	FormatAlertmanager Format = "alertmanager"
	FormatCAP          Format = "cap"
)

// Kind is what happened to an incident.
type Kind string

// The kinds. KindOfficial is a change of what a vendor says on its status page, KindTest
// an event that its receiver asked for.
const (
	KindOpened     Kind = "opened"
	KindUpdated    Kind = "updated"
	KindMerged     Kind = "merged"
	KindRecovering Kind = "recovering"
	KindResolved   Kind = "resolved"
	KindOfficial   Kind = "official"
	KindTest       Kind = "test"
)

// kinds are those that a webhook may choose from.
var kinds = []Kind{KindOpened, KindUpdated, KindMerged, KindRecovering, KindResolved, KindOfficial}

// Settings are what the owner of a webhook may change. An empty list of a filter selects
// everything. They are also the form on the wire.
type Settings struct {
	URL    string `json:"url"`
	Format Format `json:"format"`
	// RoutingKey is the integration key of FormatPagerDuty.
	RoutingKey string            `json:"routing_key,omitempty"`
	Events     []Kind            `json:"events"`
	Services   []string          `json:"services"`
	Families   []string          `json:"families"`
	Countries  []outage.Country  `json:"countries"`
	Regions    []outage.Region   `json:"regions"`
	Districts  []outage.District `json:"districts"`
	Severity   []outage.Severity `json:"severity"`
	Symptoms   []string          `json:"symptoms"`
	Verdict    []outage.Verdict  `json:"verdict"`
	// Paused webhooks receive nothing, and what happens meanwhile is not sent later.
	Paused bool `json:"paused"`
}

// Webhook is a subscription.
type Webhook struct {
	ID        string    `json:"id"`
	Owner     string    `json:"owner"` // name of the API key that made it
	CreatedAt time.Time `json:"created_at"`
	Settings
	// Secrets sign what is sent, the newest first. A replaced one is used for a day more.
	Secrets []Secret `json:"secrets"`
	// Asked is a hash of the settings that it was made with under an Idempotency-Key, ""
	// without one.
	Asked string `json:"asked,omitempty"`
	// Stopped says why the server paused it, "" where its owner did.
	Stopped string `json:"stopped,omitempty"`
}

// Secret is a key of the form whsec_BASE64. Until is zero for the current one.
type Secret struct {
	Text  string    `json:"text"`
	Until time.Time `json:"until,omitzero"`
}

// selects reports whether a webhook wants an event.
func (w *Webhook) selects(e *Event) bool {
	if w.Paused || e.At.Before(w.CreatedAt) {
		return false
	}
	in := &e.Incident
	return selected(w.Events, e.Kind) && selected(w.Services, in.Service) && selected(w.Families, in.Family) &&
		selected(w.Countries, in.Country) && selected(w.Severity, in.Severity) && selected(w.Verdict, in.Verdict) &&
		w.reaches(in) && w.selectsSymptoms(in)
}

func selected[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

// reaches reports whether an incident is in one of the regions or districts. An incident
// of a whole country is in all of them.
func (w *Webhook) reaches(in *Incident) bool {
	if len(w.Regions) == 0 && len(w.Districts) == 0 {
		return true
	}
	if in.Scope == outage.ScopeCountry {
		home := func(region outage.Region) bool { return region.Country() == in.Country }
		return slices.ContainsFunc(w.Regions, home) || len(w.Regions) == 0
	}
	return intersect(w.Regions, in.Regions) || intersect(w.Districts, in.Districts)
}

// selectsSymptoms reports whether a symptom of the filter is among the main ones. Where
// they are not known, an event is rather sent.
func (w *Webhook) selectsSymptoms(in *Incident) bool {
	return len(w.Symptoms) == 0 || len(in.Symptoms) == 0 || intersect(w.Symptoms, in.Symptoms)
}

func intersect[T comparable](a, b []T) bool {
	return slices.ContainsFunc(a, func(one T) bool { return slices.Contains(b, one) })
}
