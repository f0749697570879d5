// Package capalert writes incidents as alerts of the Common Alerting Protocol 1.2 (OASIS,
// July 2010).
//
// It owns the choice of the words of that standard: an incident is an alert, each change
// an update that names the messages before it, its end an update that asks for no action.
// It guarantees documents that the schema of the standard accepts. It decides nothing and
// sends nothing.
package capalert

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// MediaType is that of an alert (RFC-registered application/cap+xml).
const MediaType = "application/cap+xml"

// Message is what an alert says.
type Message struct {
	// Sender is the address of the server or its name; ID is unique for the sender.
	Sender, ID string
	Sent       time.Time
	Earlier    []Reference // messages about the same incident, oldest first
	Exercise   bool        // nothing of it is real
	Test       bool        // for the receiver only

	Service     string // display name
	Country     outage.Country
	State       outage.State
	Severity    outage.Severity
	Verdict     outage.Verdict
	OpenedAt    time.Time
	Headline    string
	Description string
	URL         string // of the page, "" for none
	Where       string // the place, as in "in Wales"
	Regions     []outage.Region
	Districts   []outage.District
	MergedInto  string // incident, "" for none
}

// Reference names an earlier message of the same sender.
type Reference struct {
	ID   string
	Sent time.Time
}

type alert struct {
	XMLName    xml.Name `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
	Identifier string   `xml:"identifier"`
	Sender     string   `xml:"sender"`
	Sent       string   `xml:"sent"`
	Status     string   `xml:"status"`
	MsgType    string   `xml:"msgType"`
	Scope      string   `xml:"scope"`
	References string   `xml:"references,omitempty"`
	Incidents  string   `xml:"incidents,omitempty"`
	Info       info     `xml:"info"`
}

type info struct {
	Language     string  `xml:"language"`
	Category     string  `xml:"category"`
	Event        string  `xml:"event"`
	ResponseType string  `xml:"responseType"`
	Urgency      string  `xml:"urgency"`
	Severity     string  `xml:"severity"`
	Certainty    string  `xml:"certainty"`
	Onset        string  `xml:"onset"`
	SenderName   string  `xml:"senderName"`
	Headline     string  `xml:"headline"`
	Description  string  `xml:"description"`
	Web          string  `xml:"web,omitempty"`
	Parameters   []named `xml:"parameter"`
	Area         area    `xml:"area"`
}

type area struct {
	Description string  `xml:"areaDesc"`
	Geocodes    []named `xml:"geocode"`
}

type named struct {
	Name  string `xml:"valueName"`
	Value string `xml:"value"`
}

// Write is the document of a message.
func Write(m Message) ([]byte, error) {
	body := bytes.NewBufferString(xml.Header)
	if err := xml.NewEncoder(body).Encode(alertOf(m)); err != nil {
		return nil, fmt.Errorf("writing an alert: %w", err)
	}
	return body.Bytes(), nil
}

func alertOf(m Message) alert {
	return alert{
		Identifier: word(m.ID), Sender: word(m.Sender), Sent: stamp(m.Sent), Status: m.status(), MsgType: m.messageType(),
		Scope: "Public", References: m.references(), Incidents: word(m.MergedInto),
		Info: info{
			Language: "en", Category: "Infra", Event: "Service outage: " + m.Service, ResponseType: m.response(),
			Urgency: m.urgency(), Severity: severities[m.Severity], Certainty: m.certainty(), Onset: stamp(m.OpenedAt),
			SenderName: "Downpour", Headline: clip(m.Headline), Description: m.Description, Web: m.URL,
			Parameters: []named{{"state", string(m.State)}, {"verdict", string(m.Verdict)}},
			Area:       area{strings.TrimPrefix(m.Where, "in "), m.geocodes()},
		},
	}
}

// severities are the words of the standard. Outages seldom threaten life, so that none is
// extreme.
var severities = map[outage.Severity]string{
	outage.SeverityMinor: "Minor", outage.SeverityMajor: "Moderate", outage.SeverityCritical: "Severe",
}

func (m Message) over() bool { return m.State == outage.StateResolved }

func (m Message) status() string {
	switch {
	case m.Test:
		return "Test"
	case m.Exercise:
		return "Exercise"
	}
	return "Actual"
}

func (m Message) messageType() string {
	if len(m.Earlier) == 0 {
		return "Alert"
	}
	return "Update"
}

func (m Message) response() string {
	if m.over() {
		return "AllClear"
	}
	return "Monitor"
}

func (m Message) urgency() string {
	if m.over() {
		return "Past"
	}
	return "Immediate"
}

// certainty is Observed, which the standard has for what happens now, where the service
// itself is probably at fault, and Likely otherwise.
func (m Message) certainty() string {
	if m.Verdict == outage.LikelyCause {
		return "Observed"
	}
	return "Likely"
}

// references are triples of sender, identifier and time.
func (m Message) references() string {
	triples := make([]string, len(m.Earlier))
	for i, earlier := range m.Earlier {
		triples[i] = word(m.Sender) + "," + word(earlier.ID) + "," + stamp(earlier.Sent)
	}
	return strings.Join(triples, " ")
}

func (m Message) geocodes() []named {
	codes := []named{{"ISO 3166-1", string(m.Country)}}
	for _, region := range m.Regions {
		codes = append(codes, named{"region", string(region)})
	}
	for _, district := range m.Districts {
		codes = append(codes, named{"district", string(district)})
	}
	return codes
}

// stamp is a time as the standard writes it: no letter Z, no fractions.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05-00:00") }

// word replaces what an identifier must not contain: spaces, commas, < and &.
func word(text string) string {
	return strings.NewReplacer(" ", "_", ",", "_", "<", "_", "&", "_").Replace(text)
}

// mostHeadline is the length that the standard recommends for headlines.
const mostHeadline = 160

func clip(text string) string {
	if runes := []rune(text); len(runes) > mostHeadline {
		return string(runes[:mostHeadline-1]) + "…"
	}
	return text
}
