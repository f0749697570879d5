package notify

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/open-downpour/downpour/pkg/capalert"
	"github.com/open-downpour/downpour/pkg/outage"
)

const typeJSON = "application/json"

// rounded has the decimals of the API.
func rounded(value float64) float64 {
	const decimals = 1e4
	return math.Round(value*decimals) / decimals
}

// render is an event in the format of a webhook.
func render(webhook Webhook, event *Event, config Config) (body []byte, contentType string, err error) {
	if webhook.Format == FormatCAP {
		body, err = capalert.Write(alertOf(event, config))
		return body, capalert.MediaType, err
	}
	var value any
	switch webhook.Format {
	case FormatSlack:
		value = slackOf(event)
	case FormatTeams:
		value = teamsOf(event)
	case FormatDiscord:
		value = discordOf(event)
	case FormatTelegram:
		value = telegramOf(event)
	case FormatPagerDuty:
		value = pagerDutyOf(event, webhook.RoutingKey)
	case FormatAlertmanager:
		value = alertmanagerOf(event)
	default:
		value = standardOf(event)
	}
	body, err = json.Marshal(value)
	return body, typeJSON, err
}

// standardBody is a body of Standard Webhooks: a type, a time, and the incident.
type standardBody struct {
	Type string       `json:"type"`
	At   time.Time    `json:"timestamp"`
	Data standardData `json:"data"`
}

type standardData struct {
	Event    string `json:"event"` // the id, which the header webhook-id has too
	Sequence int    `json:"sequence"`
	Incident
}

func standardOf(event *Event) standardBody {
	return standardBody{"incident." + string(event.Kind), event.At, standardData{event.ID, event.Sequence, event.Incident}}
}

// alertOf is an event as a message of CAP. Its sender is the address of the server.
func alertOf(event *Event, config Config) capalert.Message {
	in := &event.Incident
	message := capalert.Message{
		Sender: cmp.Or(config.PublicURL, "downpour"), ID: event.ID, Sent: event.At, Exercise: config.Exercise, Test: event.Kind == KindTest,
		Service: in.ServiceName, Country: in.Country, State: in.State, Severity: in.Severity, Verdict: in.Verdict,
		OpenedAt: in.OpenedAt, Headline: in.Title, Description: in.Summary, URL: in.URL, Where: in.Where,
		Regions: in.Regions, Districts: in.Districts, MergedInto: in.MergedInto,
	}
	for _, earlier := range event.Earlier {
		message.Earlier = append(message.Earlier, capalert.Reference{ID: earlier.ID, Sent: earlier.At})
	}
	return message
}

// severityOfPagerDuty are the words of the Events API v2.
var severityOfPagerDuty = map[outage.Severity]string{
	outage.SeverityMinor: "warning", outage.SeverityMajor: "error", outage.SeverityCritical: "critical",
}

// pagerDutyBody is an event of the PagerDuty Events API v2.
type pagerDutyBody struct {
	RoutingKey string           `json:"routing_key"`
	Action     string           `json:"event_action"`
	Dedup      string           `json:"dedup_key"`
	Payload    pagerDutyPayload `json:"payload"`
	Client     string           `json:"client"`
	ClientURL  string           `json:"client_url,omitempty"`
}

type pagerDutyPayload struct {
	Summary   string    `json:"summary"`
	Source    string    `json:"source"`
	Severity  string    `json:"severity"`
	Timestamp time.Time `json:"timestamp"`
	Component string    `json:"component"`
	Group     string    `json:"group"`
	Class     string    `json:"class"`
	Details   Incident  `json:"custom_details"`
}

func pagerDutyOf(event *Event, key string) pagerDutyBody {
	in := event.Incident
	action := "trigger"
	if in.over() {
		action = "resolve"
	}
	return pagerDutyBody{
		RoutingKey: key, Action: action, Dedup: in.ID, Client: "Downpour", ClientURL: in.URL,
		Payload: pagerDutyPayload{
			Summary: in.Title, Source: in.Service, Severity: severityOfPagerDuty[in.Severity], Timestamp: event.At,
			Component: in.Service, Group: string(in.Country), Class: "outage", Details: in,
		},
	}
}

// over reports whether nothing more is to come of an incident under its own id.
func (i *Incident) over() bool { return i.State == outage.StateResolved }

// postableAlert is an alert of the API of Alertmanager, version 2.
type postableAlert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
	Generator   string            `json:"generatorURL,omitempty"`
}

// alertmanagerFor is how long an alert lasts without a word: Alertmanager would end one
// without an end after some minutes.
const alertmanagerFor = 7 * 24 * time.Hour

// alertmanagerOf is a list of one alert. Its labels stay the same over the life of the
// incident, because they are its identity.
func alertmanagerOf(event *Event) []postableAlert {
	in := &event.Incident
	ends := event.At.Add(alertmanagerFor)
	if in.over() {
		ends = event.At
	}
	return []postableAlert{{
		Labels: map[string]string{
			"alertname": "DownpourIncident", "incident": in.ID, "service": in.Service, "country": string(in.Country),
		},
		Annotations: map[string]string{
			"summary": in.Title, "description": in.Summary, "severity": string(in.Severity), "state": string(in.State), "verdict": string(in.Verdict),
		},
		StartsAt: in.OpenedAt, EndsAt: ends, Generator: in.URL,
	}}
}

// colors are those of chat messages, as 0xRRGGBB.
var colors = map[outage.Severity]int{outage.SeverityMinor: 0xE6A700, outage.SeverityMajor: 0xD9480F, outage.SeverityCritical: 0xB00020}

const colorOver = 0x2B8A3E

func (i *Incident) color() int {
	if i.over() {
		return colorOver
	}
	return colors[i.Severity]
}

// text is an event as plain text for chats.
func (e *Event) text() string {
	text := e.Incident.Title + "\n" + e.Incident.Summary
	if e.Incident.URL != "" {
		text += "\n" + e.Incident.URL
	}
	return text
}

func (i *Incident) hex() string { return fmt.Sprintf("#%06X", i.color()) }
