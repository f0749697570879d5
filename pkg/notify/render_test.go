package notify

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// sample is an event of an incident of a service whose name has markup.
func sample(t *testing.T, state outage.State) *Event {
	t.Helper()
	w := &world{}
	in := incident("bank-in-1")
	in.Service, in.State, in.Footprint.Districts = "bank", state, nil
	if state == outage.StateResolved {
		in.ClosedAt = in.OpenedAt.Add(time.Hour)
	}
	l := &leader{Service: service(t, w, newMemory(nil), &internet{})}
	wire := l.wire(context.Background(), in)
	at := time.Date(2026, 11, 22, 20, 20, 0, 0, time.UTC)
	now := &seen{Sequence: 1, Events: []Reference{{"bank-in-1.1", at.Add(-time.Minute)}}}
	event := now.next(KindUpdated, at, wire)
	return &event
}

func rendered(t *testing.T, format Format, event *Event) string {
	t.Helper()
	body, _, err := render(Webhook{Settings: Settings{Format: format, RoutingKey: "R0"}}, event, Config{PublicURL: "https://downpour.example"})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestFormats looks for what each product needs to find.
func TestFormats(t *testing.T) {
	const page = "https://downpour.example/incidents/bank-in-1"
	for format, want := range map[Format][]string{
		FormatStandard:     {`"type":"incident.updated"`, `"timestamp":"2026-11-22T20:20:00Z"`, `"event":"bank-in-1.2"`, `"sequence":2`, `"symptoms":["send"]`, `"districts":[]`, page},
		FormatSlack:        {`"type":"mrkdwn"`, `Bank \u0026amp; Co \u0026lt;b\u0026gt;`, page},
		FormatTeams:        {`"contentType":"application/vnd.microsoft.card.adaptive"`, `"type":"AdaptiveCard"`, page},
		FormatDiscord:      {`"allowed_mentions":{"parse":[]}`, `"timestamp":"2026-11-22T20:20:00Z"`, page},
		FormatTelegram:     {`"text":"Bank`, page},
		FormatPagerDuty:    {`"routing_key":"R0"`, `"event_action":"trigger"`, `"dedup_key":"bank-in-1"`, `"severity":"warning"`, page},
		FormatAlertmanager: {`"alertname":"DownpourIncident"`, `"incident":"bank-in-1"`, `"endsAt":"2026-11-29T20:20:00Z"`, page},
		FormatCAP: {
			`<identifier>bank-in-1.2</identifier>`, `<sent>2026-11-22T20:20:00-00:00</sent>`, `<msgType>Update</msgType>`,
			`<references>https://downpour.example,bank-in-1.1,2026-11-22T20:19:00-00:00</references>`, `<responseType>Monitor</responseType>`,
			`Bank &amp; Co &lt;b&gt;`, `<value>IN-WB</value>`,
		},
	} {
		got := rendered(t, format, sample(t, outage.StateOpen))
		for _, text := range want {
			if !strings.Contains(got, text) {
				t.Errorf("%s has no %s:\n%s", format, text, got)
			}
		}
		if sound := format == FormatCAP && xml.Unmarshal([]byte(got), new(struct{})) == nil || json.Valid([]byte(got)); !sound {
			t.Errorf("%s is no document:\n%s", format, got)
		}
	}
}

func TestFormatsOfTheEnd(t *testing.T) {
	for format, want := range map[Format]string{
		FormatPagerDuty: `"event_action":"resolve"`, FormatAlertmanager: `"endsAt":"2026-11-22T20:20:00Z"`, FormatCAP: `<responseType>AllClear</responseType>`,
	} {
		if got := rendered(t, format, sample(t, outage.StateResolved)); !strings.Contains(got, want) {
			t.Errorf("%s has no %s:\n%s", format, want, got)
		}
	}
}

func TestFilters(t *testing.T) {
	event := sample(t, outage.StateOpen)
	event.Incident.Districts = []outage.District{"IN-WB-kolkata"}
	wide := *event
	wide.Incident.Scope, wide.Incident.Regions, wide.Incident.Districts = outage.ScopeCountry, nil, nil
	unknown := *event
	unknown.Incident.Symptoms = nil
	for name, c := range map[string]struct {
		of    Settings
		event *Event
		want  bool
	}{
		"all":                    {Settings{}, event, true},
		"paused":                 {Settings{Paused: true}, event, false},
		"kind":                   {Settings{Events: []Kind{KindOpened, KindUpdated}}, event, true},
		"another kind":           {Settings{Events: []Kind{KindOpened}}, event, false},
		"service":                {Settings{Services: []string{"bank"}}, event, true},
		"another service":        {Settings{Services: []string{"chat"}}, event, false},
		"family":                 {Settings{Families: []string{"talk"}}, event, false},
		"country":                {Settings{Countries: []outage.Country{countrytest.GB}}, event, false},
		"region":                 {Settings{Regions: []outage.Region{"IN-WB"}}, event, true},
		"another region":         {Settings{Regions: []outage.Region{"IN-KA"}}, event, false},
		"district":               {Settings{Districts: []outage.District{"IN-WB-kolkata"}}, event, true},
		"district or region":     {Settings{Districts: []outage.District{"x"}, Regions: []outage.Region{"IN-WB"}}, event, true},
		"region of a country":    {Settings{Regions: []outage.Region{"IN-KA"}}, &wide, true},
		"region elsewhere":       {Settings{Regions: []outage.Region{"GB-TLI"}}, &wide, false},
		"severity":               {Settings{Severity: []outage.Severity{outage.SeverityCritical}}, event, false},
		"verdict":                {Settings{Verdict: []outage.Verdict{outage.LikelyCause}}, event, true},
		"symptom":                {Settings{Symptoms: []string{"send"}}, event, true},
		"another symptom":        {Settings{Symptoms: []string{"other"}}, event, false},
		"symptoms are not known": {Settings{Symptoms: []string{"other"}}, &unknown, true},
	} {
		webhook := Webhook{Settings: c.of}
		if got := webhook.selects(c.event); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
	if later := (Webhook{CreatedAt: event.At.Add(time.Second)}); later.selects(event) {
		t.Error("a webhook receives what was before it")
	}
}

func TestSettingsAreChecked(t *testing.T) {
	s := service(t, &world{}, newMemory(nil), &internet{})
	for field, settings := range map[string][]Settings{
		"url": {
			{}, {URL: "https://"}, {URL: "ftp://a.example/"}, {URL: "http://a.example/"}, {URL: "https://user:word@a.example/"},
			{URL: "https://a.example/" + strings.Repeat("x", mostAddress)}, {URL: "https://a.example/#x"}, {URL: "\x00"},
		},
		"format":      {{Format: "xml"}},
		"routing_key": {{Format: FormatPagerDuty}, {RoutingKey: "x"}},
		"events":      {{Events: []Kind{KindTest}}},
		"services":    {{Services: []string{"x"}}, {Services: slices.Repeat([]string{"bank"}, mostSelected+1)}},
		"families":    {{Families: []string{""}}},
		"countries":   {{Countries: []outage.Country{"UK"}}},
		"regions":     {{Regions: []outage.Region{"IN-XX"}}},
		"districts":   {{Districts: []outage.District{"x"}}},
		"severity":    {{Severity: []outage.Severity{"worst"}}},
		"symptoms":    {{Symptoms: []string{"x"}}},
		"verdict":     {{Verdict: []outage.Verdict{"guilty"}}},
	} {
		for _, one := range settings {
			if one.URL == "" && field != "url" {
				one.URL = "https://a.example/"
			}
			if known := outage.AsError(s.check(&one)); known == nil || known.Field != field {
				t.Errorf("%+v: %v, want an error of %s", one, known, field)
			}
		}
	}
	whole := Settings{URL: "https://a.example/x?chat_id=1", Events: kinds, Services: []string{"bank"}, Families: []string{"talk"}, Symptoms: []string{"send"}, Regions: []outage.Region{"IN-WB"}}
	if err := s.check(&whole); err != nil || whole.Format != FormatStandard {
		t.Errorf("%+v: %v", whole, err)
	}
}
