package api

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// TestFeedIsAtom reads the feed as a reader would: what RFC 4287 requires is
// there, text is escaped, and ids stay when an address changes.
func TestFeedIsAtom(t *testing.T) {
	read := func(path string) atomFeed {
		t.Helper()
		c := call{path: path}
		_, body := c.send(t)
		var feed atomFeed
		if err := xml.Unmarshal(body, &feed); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if strings.Contains(string(body), "<b>") {
			t.Errorf("a name is not escaped: %s", body)
		}
		return feed
	}
	all, one := read(public.AtomPath), read(public.AtomPath+"?service=virgin-media")
	if len(all.Entries) != 2 || len(one.Entries) != 1 {
		t.Fatalf("%d entries, and %d of one service", len(all.Entries), len(one.Entries))
	}
	if all.ID == one.ID || !strings.HasPrefix(all.ID, "urn:uuid:") {
		t.Errorf("feeds are called %s and %s", all.ID, one.ID)
	}
	if all.Entries[0].ID != one.Entries[0].ID || all.Entries[0].ID == all.Entries[1].ID {
		t.Errorf("entries are called %s, %s and %s", all.Entries[0].ID, all.Entries[1].ID, one.Entries[0].ID)
	}
	var latest time.Time
	for _, entry := range all.Entries {
		published, err := time.Parse(time.RFC3339, entry.Published)
		if err != nil {
			t.Error(err)
		}
		updated, err := time.Parse(time.RFC3339, entry.Updated)
		if err != nil || updated.Before(published) {
			t.Errorf("updated at %s, published at %s: %v", entry.Updated, entry.Published, err)
		}
		if updated.After(latest) {
			latest = updated
		}
		if entry.Title == "" || entry.Summary == "" || !strings.HasPrefix(entry.Links[0].Href, "http://example.com/incidents/") {
			t.Errorf("an entry lacks something: %+v", entry)
		}
	}
	if all.Updated != latest.Format(time.RFC3339) {
		t.Errorf("the feed is of %s, its last change of %s", all.Updated, latest)
	}
	if title := one.Entries[0].Title; title != "Virgin <b>Media</b> in the United Kingdom: open, minor" {
		t.Errorf("the title reads %s", title)
	}
}

// powerCuts are fourteen open incidents of one service, and one of another that is
// named because of it, the latest opened first.
func powerCuts() (records []outage.Record) {
	for i := range 15 {
		opened := now.Truncate(time.Minute).Add(-time.Duration(i) * time.Minute)
		record := scant()
		record.OpenedAt, record.Since, record.Verdict = opened, outage.MinuteOf(opened)-5, outage.LikelyCause
		record.Service, record.Country, record.Observed, record.Expected = "whatsapp", countrytest.IN, 30, 2
		record.Footprint = outage.Footprint{Scope: outage.ScopeCell, Regions: []outage.Region{"IN-WB"}}
		record.ID = fmt.Sprintf("whatsapp-in-%d", 14-i)
		if i == 0 {
			record.ID, record.Service, record.Verdict, record.Cause = "phone", "phone", outage.LikelyCollateral, "whatsapp"
		}
		records = append(records, record)
	}
	return records
}

func TestFeedNamesTheEventOfSeveralIncidents(t *testing.T) {
	c := call{path: public.AtomPath, world: world{more: powerCuts()}}
	_, body := c.send(t)
	var feed atomFeed
	if err := xml.Unmarshal(body, &feed); err != nil {
		t.Fatal(err)
	}
	several, above := 0, 0
	for i, entry := range feed.Entries {
		if slices.Contains(entry.Categories, atomCategory{"urn:downpour:event", "whatsapp-in-0"}) {
			several++
			if want := "One of 14 incidents of WhatsApp in India at the time."; !strings.HasSuffix(entry.Summary, want) {
				t.Errorf("the summary is %q", entry.Summary)
			}
			if want := "WhatsApp in India (part of West Bengal): open, minor"; entry.Title != want {
				t.Errorf("the title is %q, want %q", entry.Title, want)
			}
		}
		if strings.Contains(entry.Title, "probably because of WhatsApp") {
			above = i
		}
	}
	if several != 14 || len(feed.Entries) != 17 {
		t.Errorf("%d of %d entries are of the event", several, len(feed.Entries))
	}
	if above < 1 {
		t.Error("a consequence stands above its cause, or is not told as one")
	}
}

func TestListsPutCausesFirst(t *testing.T) {
	for path, field := range map[string]string{"/api/v1/incidents": "items", "/api/v1/summary": "open"} {
		c := call{path: path, world: world{more: powerCuts()}}
		_, body := c.send(t)
		var answer map[string]json.RawMessage
		var items []struct{ ID string }
		if err := errors.Join(json.Unmarshal(body, &answer), json.Unmarshal(answer[field], &items)); err != nil {
			t.Fatal(err)
		}
		at := func(id string) int {
			return slices.IndexFunc(items, func(item struct{ ID string }) bool { return item.ID == id })
		}
		if phone, cause := at("phone"), at("whatsapp-in-13"); cause < 0 || phone < cause {
			t.Errorf("%s: the consequence is at %d, its cause at %d", path, phone, cause)
		}
	}
}

func TestSummaryIsSmall(t *testing.T) {
	c := call{path: "/api/v1/summary"}
	if _, body := c.send(t); len(body) > 2000 {
		t.Errorf("%d bytes", len(body))
	}
}

func TestFeedsOfADemoSaySo(t *testing.T) {
	for demo, want := range map[bool]string{true: "Demonstration: Incidents", false: "Incidents"} {
		if got := (&API{config: Config{Demo: demo}}).marked("Incidents"); got != want {
			t.Errorf("demo %v: %q, want %q", demo, got, want)
		}
	}
}

// TestFeedsNameTheirHub in the document and in the header, beside their own address.
func TestFeedsNameTheirHub(t *testing.T) {
	const hub = "https://hub.example/"
	for path, want := range map[string]string{
		public.AtomPath:     `<link rel="hub" href="https://hub.example/"></link>`,
		public.AlertsPath:   `<link rel="hub" href="https://hub.example/"></link>`,
		public.JSONFeedPath: `"hubs":[{"type":"WebSub","url":"https://hub.example/"}]`,
	} {
		c := call{path: path + "?service=virgin-media", world: world{hub: hub}}
		response, body := c.send(t)
		if !strings.Contains(string(body), want) {
			t.Errorf("%s lacks %s: %s", path, want, body)
		}
		if got, want := response.Header.Get("Link"), `<http://example.com`+path+`?service=virgin-media>; rel="self", <`+hub+`>; rel="hub"`; got != want {
			t.Errorf("%s: Link is %s, want %s", path, got, want)
		}
	}
}

// A feed without entries is of the day of the counts, so that it stays the same from one
// minute to the next.
func TestFeedWithoutEntriesHasATrueDate(t *testing.T) {
	const none = "?service=whatsapp&country=GB"
	for _, path := range []string{public.AtomPath, public.AlertsPath} {
		c := call{path: path + none}
		response, body := c.send(t)
		var feed atomFeed
		if err := xml.Unmarshal(body, &feed); err != nil || len(feed.Entries) != 0 {
			t.Fatalf("%s: %d entries, error %v", path, len(feed.Entries), err)
		}
		if want := now.UTC().Format(time.DateOnly) + "T00:00:00Z"; feed.Updated != want {
			t.Errorf("%s: updated %s instead of %s", path, feed.Updated, want)
		}
		again := call{path: path + none, header: "If-None-Match: " + response.Header.Get("ETag")}
		if response, _ := again.send(t); response.StatusCode != 304 {
			t.Errorf("%s: a conditional request is answered %d", path, response.StatusCode)
		}
	}
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, later := range []time.Duration{0, time.Minute, 12 * time.Hour, 24*time.Hour - time.Minute} {
		asOf := day.Add(later)
		if got := emptySince(asOf); !got.Equal(day) || got.After(asOf) {
			t.Errorf("at %s: %s", asOf, got)
		}
	}
}

// zeroTime is a time that is not known, written as if it were.
var zeroTime = regexp.MustCompile(`(1970|0001)-01-0[0-9T:Z]*`)

// Links have the name of the server, and never one that a client made up.
func TestLinksHaveAKnownName(t *testing.T) {
	app := (&world{}).app()
	for _, path := range []string{public.AtomPath, public.JSONFeedPath, public.AlertsPath, "/api/v1/incidents/whatsapp-in-20261122T1900Z/alert"} {
		for _, host := range []string{"evil.example", "example.com", "evil.example", "example.com.evil.example"} {
			request := httptest.NewRequest(http.MethodGet, path, nil)
			request.Host = host
			request.Header.Set("X-Forwarded-Host", "evil.example")
			response, err := app.Test(request, -1)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if text := string(body) + response.Header.Get("Link"); response.StatusCode != 200 || strings.Contains(text, "evil") || strings.Contains(text, "http://example.com/") != (host == "example.com") {
				t.Errorf("%s of %s: status %d, %s", path, host, response.StatusCode, text)
			}
		}
	}
}
