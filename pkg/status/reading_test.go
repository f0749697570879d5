package status

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

var now = time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)

var acme = outage.StatusPage{Page: "https://status.acme.example/", Feed: "https://status.acme.example/feed"}

func only(format string, components ...string) outage.StatusPage {
	page := acme
	page.Format, page.Components = format, components
	return page
}

const statuspageWell = `{"page":{"id":"a","name":"Acme","time_zone":"Etc/UTC"},"status":{"indicator":"none","description":"All Systems Operational"},
"components":[{"id":"g","name":"Asia","status":"major_outage","group":true},{"id":"c","name":"Chat","status":"operational","group_id":null}],
"incidents":[],"scheduled_maintenances":[{"id":"m","name":"Later","status":"scheduled","impact":"maintenance"}]}`

const statuspageIll = `{"page":{"name":"Acme"},"status":{"indicator":"minor"},
"components":[{"id":"g","name":"Europe","group":true,"status":"operational"},
 {"id":"c","name":"Chat","status":"partial_outage"},{"id":"v","name":"Voice","status":"operational"},{"id":"l","name":"London","status":"major_outage","group_id":"g"}],
"incidents":[{"id":"i1","name":"Messages are late &amp; lost","status":"monitoring","impact":"major","shortlink":"https://stspg.io/x",
 "created_at":"2026-11-20T15:41:00.000-06:00","started_at":"2026-11-20T15:00:00Z","updated_at":"2026-11-20T15:50:00Z","resolved_at":null,"components":[{"name":"Chat"}]}]}`

const googleOpen = `[{"id":"G1","number":"1","begin":"2026-11-20T15:00:00+00:00","created":"2026-11-20T15:20:00+00:00","end":null,"modified":"2026-11-20T15:30:00+00:00",
"external_desc":"Mail is delayed","status_impact":"SERVICE_DISRUPTION","service_name":"Multiple Products","affected_products":[{"id":"p1","title":"Gmail"}],"uri":"incidents/G1"},
{"id":"G0","created":"2026-11-01T00:00:00Z","end":"2026-11-01T02:00:00Z","status_impact":"SERVICE_OUTAGE","service_name":"Docs","uri":"incidents/G0"}]`

const awsEvent1 = `[{"date":"1795190400","region_name":"N. Virginia","status":"2","service":"ec2-us-east-1","service_name":"Amazon EC2","summary":"Increased errors","event_log":[{"summary":"s","status":2,"timestamp":1795190700}]}]`

func rss(title, items string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>` + title + `</title>` + items + `</channel></rss>`
}

const azureItem = `<item><title>Storage - West US - %s</title><description>&lt;p&gt;x&lt;/p&gt;</description><pubDate>Fri, 20 Nov 2026 15:29:09 Z</pubDate><link>https://azure.status.microsoft/x</link><category>Storage</category></item>`

func azure(state string) string {
	return rss("Azure Status", strings.Replace(azureItem, "%s", state, 1))
}

const atomOpen = `<feed xmlns="http://www.w3.org/2005/Atom"><title>Acme Status - Incident History</title><entry><id>tag:a,1</id>
<published>2026-11-20T15:10:00Z</published><updated>2026-11-20T15:40:00Z</updated><link rel="alternate" href="https://status.acme.example/incidents/1"/>
<title>Errors</title><content type="html">&lt;p&gt;&lt;strong&gt;Identified&lt;/strong&gt; - a cause, not yet resolved.&lt;/p&gt;&lt;p&gt;&lt;strong&gt;Investigating&lt;/strong&gt;&lt;/p&gt;</content></entry></feed>`

const slackActive = `{"status":"active","date_created":"2026-11-20T07:00:00-08:00","active_incidents":[
{"id":546,"title":"Slow","type":"incident","status":"active","url":"https://evil.example/x","date_created":"2026-11-20T07:30:00-08:00","date_updated":"2026-11-20T07:45:00-08:00"},
{"id":547,"title":"Work","type":"maintenance","status":"scheduled"}]}`

const metaOrgs = `[{"id":"whatsapp-business-api","name":"WhatsApp Business","services":[{"name":"Cloud API","status":"No known issues"},{"name":"Send","status":"Medium disruptions"}]},
{"id":"other","name":"Other","services":[{"name":"x","status":"Major disruptions"}]}]`

func TestReaders(t *testing.T) {
	utf16BE := string([]byte{0xfe, 0xff}) + wide(awsEvent1)
	pointer := only("pointer")
	pointer.Pointer, pointer.Words = "/a/0/state", map[string]outage.OfficialState{"rot": outage.OfficialMajor}
	for name, test := range map[string]struct {
		page     outage.StatusPage
		document string
		state    outage.OfficialState
		notices  int
		phase    outage.OfficialPhase // of the first notice
		at       string               // when the first notice was published
	}{
		"statuspage, well":            {only("statuspage"), statuspageWell, outage.OfficialOperational, 0, "", ""},
		"statuspage, ill":             {only("statuspage"), strings.ReplaceAll(statuspageIll, "15:41:00.000-06:00", "09:41:00.000-06:00"), outage.OfficialMajor, 1, outage.PhaseMonitoring, "15:41"},
		"statuspage, its part":        {only("statuspage", "chat"), statuspageIll, outage.OfficialPartial, 1, outage.PhaseMonitoring, ""},
		"statuspage, another part":    {only("statuspage", "Voice"), statuspageIll, outage.OfficialOperational, 0, "", ""},
		"statuspage, a group":         {only("statuspage", "Europe"), statuspageIll, outage.OfficialMajor, 0, "", ""},
		"statuspage, no such part":    {only("statuspage", "Fax"), statuspageIll, "", 0, "", ""},
		"statuspage, unknown word":    {only("statuspage"), strings.Replace(statuspageWell, `"none"`, `"sparkling"`, 1), outage.OfficialUnknown, 0, "", ""},
		"statuspage, unknown part":    {only("statuspage"), strings.Replace(statuspageWell, `"status":"operational"`, `"status":"fine"`, 1), outage.OfficialUnknown, 0, "", ""},
		"statuspage, other JSON":      {only("statuspage"), `{"ok":true}`, "", 0, "", ""},
		"statuspage, a login page":    {only("statuspage"), `<!doctype html><title>Sign in</title>`, "", 0, "", ""},
		"statuspage, incidents alone": {only("statuspage"), `{"page":{"name":"A"},"incidents":[{"id":"1","name":"n","status":"resolved","impact":"critical","created_at":"2026-11-20T10:00:00Z","resolved_at":"2026-11-20T11:00:00Z"}]}`, outage.OfficialOperational, 1, outage.PhaseResolved, "10:00"},
		"statuspage, work":            {only("statuspage"), strings.Replace(statuspageWell, `"scheduled","impact"`, `"in_progress","impact"`, 1), outage.OfficialMaintenance, 1, outage.PhaseMonitoring, ""},
		"instatus, well":              {only("instatus"), `{"page":{"name":"A","status":"UP"}}`, outage.OfficialOperational, 0, "", ""},
		"instatus, ill":               {only("instatus"), `{"page":{"name":"A","status":"HASISSUES"},"activeIncidents":[{"id":"1","name":"n","started":"2026-11-20T15:10:00.000Z","status":"INVESTIGATING","impact":"SOMEMAJOROUTAGE","url":"https://status.acme.example/1"}],"activeMaintenances":[{"id":"2","name":"later","status":"NOTSTARTEDYET","start":"2026-12-01T00:00:00Z"}]}`, outage.OfficialMajor, 1, outage.PhaseInvestigating, "15:10"},
		"instatus, unknown":           {only("instatus"), `{"page":{"name":"A","status":"PARTYTIME"}}`, outage.OfficialUnknown, 0, "", ""},
		"instatus, other":             {only("instatus"), `{}`, "", 0, "", ""},
		"google, open":                {only("google", "Gmail"), googleOpen, outage.OfficialPartial, 1, "", "15:20"},
		"google, other product":       {only("google", "Meet"), googleOpen, outage.OfficialOperational, 0, "", ""},
		"google, empty":               {only("google"), `[]`, "", 0, "", ""},
		"aws, well":                   {only("aws"), `[]`, outage.OfficialOperational, 0, "", ""},
		"aws, UTF-16":                 {only("aws"), utf16BE, outage.OfficialDegraded, 1, "", ""},
		"aws, UTF-8":                  {only("aws"), awsEvent1, outage.OfficialDegraded, 1, "", ""},
		"aws, over":                   {only("aws"), strings.Replace(awsEvent1, "Increased", "[RESOLVED] Increased", 1), outage.OfficialOperational, 1, outage.PhaseResolved, ""},
		"aws, null":                   {only("aws"), `null`, "", 0, "", ""},
		"azure, well":                 {only("azure"), rss("Azure Status", ""), outage.OfficialOperational, 0, "", ""},
		"azure, ill":                  {only("azure"), azure("Investigating"), outage.OfficialPartial, 1, "", "15:29"},
		"azure, not yet over":         {only("azure"), azure("Not yet resolved"), outage.OfficialPartial, 1, "", "15:29"},
		"azure, unresolved":           {only("azure"), azure("Unresolved"), outage.OfficialPartial, 1, "", ""},
		"azure, over":                 {only("azure"), azure("Mitigated"), outage.OfficialOperational, 1, outage.PhaseResolved, ""},
		"azure, another channel":      {only("azure"), rss("Weather", ""), "", 0, "", ""},
		"rss, no title":               {only("rss"), rss("", ""), "", 0, "", ""},
		"rss, over":                   {only("rss"), rss("A", `<item><guid>1</guid><title>x</title><pubDate>Fri, 20 Nov 2026 12:00:00 GMT</pubDate><description>&lt;b&gt;Resolved&lt;/b&gt; - yes. Investigating</description></item>`), outage.OfficialOperational, 1, outage.PhaseResolved, "12:00"},
		"atom, open":                  {only("atom"), atomOpen, outage.OfficialDegraded, 1, outage.PhaseIdentified, "15:10"},
		"atom, html":                  {only("atom"), `<html><title>x</title></html>`, "", 0, "", ""},
		"slack, well":                 {only("slack"), `{"status":"ok","active_incidents":[]}`, outage.OfficialOperational, 0, "", ""},
		"slack, ill":                  {only("slack"), slackActive, outage.OfficialPartial, 1, "", "15:30"},
		"slack, active for nothing":   {only("slack"), `{"status":"active"}`, outage.OfficialUnknown, 0, "", ""},
		"pointer":                     {pointer, `{"a":[{"state":"Rot"}]}`, outage.OfficialMajor, 0, "", ""},
		"pointer, unknown word":       {pointer, `{"a":[{"state":"blue"}]}`, outage.OfficialUnknown, 0, "", ""},
		"pointer, not there":          {pointer, `{"a":[]}`, "", 0, "", ""},
		"meta":                        {only("meta", "whatsapp"), metaOrgs, outage.OfficialPartial, 0, "", ""},
		"meta, other":                 {only("meta", "horizon"), metaOrgs, "", 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := formats[test.page.Format]([]byte(test.document), test.page)
			if test.state == "" {
				if !errors.Is(err, errChanged) {
					t.Fatalf("%v, want that it has another form", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := r.official(now)
			if got.State != test.state || len(got.Notices) != test.notices {
				t.Fatalf("state %s, notices %+v, want %s and %d", got.State, got.Notices, test.state, test.notices)
			}
			if test.notices == 0 {
				return
			}
			first := got.Notices[0]
			if first.Phase != test.phase || first.Title == "" && first.ID == "" || !strings.HasPrefix(first.Link, "https://status.acme.example/") {
				t.Errorf("notice %+v, want phase %q", first, test.phase)
			}
			if test.at != "" && first.PublishedAt.Format("15:04") != test.at {
				t.Errorf("published %s, want %s", first.PublishedAt, test.at)
			}
		})
	}
}

// wide is text in UTF-16, big end first.
func wide(text string) string {
	var made []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		made = binary.BigEndian.AppendUint16(made, unit)
	}
	return string(made)
}

func TestStaleNoticesMakeAPageUnknown(t *testing.T) {
	old := outage.Notice{ID: "1", State: outage.OfficialMajor, PublishedAt: now.AddDate(0, 0, -15)}
	got := reading{state: outage.OfficialOperational, notices: []outage.Notice{old}}.official(now)
	if got.State != outage.OfficialUnknown || got.Reason != reasonStale || len(got.Notices) != 0 {
		t.Errorf("%+v", got)
	}
	old.UpdatedAt = now.AddDate(0, 0, -1)
	if got := (reading{state: outage.OfficialOperational, notices: []outage.Notice{old}}).official(now); got.State != outage.OfficialMajor {
		t.Errorf("updated yesterday: %+v", got)
	}
}

func TestImpossibleTimesAreNotBelieved(t *testing.T) {
	lie := outage.Notice{ID: "1", State: outage.OfficialMajor, PublishedAt: now.AddDate(1, 0, 0), UpdatedAt: now.Add(time.Minute)}
	got := reading{state: outage.OfficialOperational, notices: []outage.Notice{lie}}.official(now).Notices[0]
	if !got.PublishedAt.IsZero() || !got.UpdatedAt.Equal(now) {
		t.Errorf("%+v", got)
	}
	for text, want := range map[string]bool{"1970-01-01T00:00:00Z": false, "99999-01-01T00:00:00Z": false, "-5": false, "NaN": false, "1795190400": true, "Thu, 23 Jul 2026 16:29:09 Z": true} {
		if got := !instant(text).IsZero(); got != want {
			t.Errorf("moment of %q: %t, want %t", text, got, want)
		}
	}
}

func TestManyNoticesAreLimitedWorstFirst(t *testing.T) {
	var many []outage.Notice
	for i := range 50 {
		many = append(many, outage.Notice{ID: string(rune('A' + i)), State: outage.OfficialDegraded, PublishedAt: now.Add(-time.Duration(i) * time.Minute)})
	}
	many[30].State, many[3].Phase = outage.OfficialMajor, outage.PhaseResolved
	got := reading{state: outage.OfficialOperational, notices: many}.official(now)
	if len(got.Notices) != maxNotices || got.Notices[0].State != outage.OfficialMajor || !got.Notices[4].Open() {
		t.Errorf("%+v", got.Notices)
	}
}

func TestTitlesAreOnePlainLine(t *testing.T) {
	for text, want := range map[string]string{
		" a\n\tb &amp; c ": "a b & c", "\u202eevil\u202c\x00": "evil", "<b>x</b>": "<b>x</b>", "\xff": "",
	} {
		if got := plain(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := plain(strings.Repeat("ক", 1000)); utf8.RuneCountInString(got) != maxTitle {
		t.Errorf("%d runes", utf8.RuneCountInString(got))
	}
}

func TestLinksLeadToTheVendor(t *testing.T) {
	for link, want := range map[string]string{
		"/incidents/1": "https://status.acme.example/incidents/1", "https://status.acme.example/x": "https://status.acme.example/x",
		"http://status.acme.example/x": acme.Page, "javascript:alert(1)": acme.Page, "https://evil.example/": acme.Page, "//evil.example": acme.Page,
		"": acme.Page, "https://a:b@status.acme.example/": acme.Page, "https://status.acme.example.evil.example/": acme.Page,
	} {
		if got := linkOf(acme, link); got != want {
			t.Errorf("%q: %q, want %q", link, got, want)
		}
	}
}

// FuzzReaders holds every reader to what holds for all: it does not panic, and what it
// returns is within the limits.
func FuzzReaders(f *testing.F) {
	names := Formats()
	for i := range names {
		for _, document := range []string{statuspageIll, googleOpen, awsEvent1, azure("Resolved"), atomOpen, slackActive, metaOrgs,
			`{"page":{"status":"UP"},"activeIncidents":[{"id":"1"}]}`, "[]", "{}", "\xfe\xff\x00[\x00]"} {
			f.Add(uint8(i), []byte(document))
		}
	}
	f.Fuzz(func(t *testing.T, format uint8, document []byte) {
		page := acme
		page.Pointer = "/a/0"
		r, err := formats[names[int(format)%len(names)]](document, page)
		if err != nil {
			return
		}
		got := r.official(now)
		if !got.State.Valid() || len(got.Notices) > maxNotices {
			t.Fatalf("%+v", got)
		}
		for _, n := range got.Notices {
			if !n.State.Valid() || !n.Phase.Valid() || n.ID == "" || len(n.ID) > maxID || utf8.RuneCountInString(n.Title) > maxTitle ||
				!strings.HasPrefix(n.Link, "https://status.acme.example/") || n.PublishedAt.After(now) || n.ResolvedAt.After(now) {
				t.Fatalf("%+v", n)
			}
			if n.Open() && got.State.Rank() < n.State.Rank() {
				t.Fatalf("state %s with an open notice of %s", got.State, n.State)
			}
		}
	})
}
