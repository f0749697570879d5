package api

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

const typeAtom = "application/atom+xml"

// feedPath is where the feed is. A service, a country or both narrow it down.
const feedPath = "/feeds/incidents.atom"

// atomFeed is a feed of RFC 4287. Its links are relative to the feed's own address, because
// the server does not know its public name.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Link       atomLink       `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary"`
}

type atomCategory struct {
	Scheme string `xml:"scheme,attr"`
	Term   string `xml:"term,attr"`
}

// atomID is a name that stays, wherever the server is reached.
func atomID(of string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("downpour "+of)).URN()
}

func (a *API) getFeed(c *fiber.Ctx) error {
	q := a.query(c, "service", "country")
	numbers := q.numbers
	filter := outage.IncidentFilter{Service: q.service(), Country: q.country()}
	if err := q.err(); err != nil {
		return err
	}
	about := url.Values{}
	if filter.Service != "" {
		about.Set("service", filter.Service)
	}
	if filter.Country != "" {
		about.Set("country", string(filter.Country))
	}
	self := feedPath
	if len(about) > 0 {
		self += "?" + about.Encode()
	}
	return a.sendCached(c, self, freshReading, func(ctx context.Context) (*answer, error) {
		records, _, err := a.Incidents.Incidents(ctx, filter, "", usualIncidents)
		if err != nil {
			return nil, err
		}
		body := bytes.NewBufferString(xml.Header)
		if err := xml.NewEncoder(body).Encode(a.atomFeed(ctx, numbers, self, filter, records)); err != nil {
			return nil, fmt.Errorf("writing the feed: %w", err)
		}
		return a.newAnswer(typeAtom+"; charset=utf-8", body.Bytes()), nil
	})
}

func (a *API) atomFeed(ctx context.Context, numbers Readings, self string, filter outage.IncidentFilter, records []public.Incident) atomFeed {
	title := "Incidents"
	if filter.Service != "" {
		title += " of " + a.nameOf(filter.Service)
	}
	if filter.Country != "" {
		title += " in " + filter.Country.Names(locale.Default).Full
	}
	feed := atomFeed{
		ID: atomID(self), Title: title, Author: "Downpour",
		Links: []atomLink{{"self", typeAtom, self}, {"alternate", fiber.MIMETextHTML, "/incidents"}},
	}
	latest := time.Unix(0, 0) // of a feed in which nothing ever happened
	events := public.EventsOf(records)
	key := func(in public.Incident) [3]string { return [3]string{in.Service, string(in.Country), events[in.ID]} }
	together := map[[3]string]int{} // how many incidents of a service belong to an event
	for _, record := range records {
		if events[record.ID] != "" {
			together[key(record)]++
		}
	}
	for _, record := range public.InOrder(records) {
		extent, err := numbers.Extent(ctx, record)
		if err != nil { // its summary is the arithmetic then
			a.Logger.Debug("counting the reports of an incident for a feed", "incident", record.ID, "error", err)
		}
		entry := a.atomEntry(record, extent, events[record.ID])
		if n := together[key(record)]; n > 1 {
			entry.Summary += fmt.Sprintf(" One of %d incidents of %s in %s at the time.", n, a.nameOf(record.Service), record.Country.Names(locale.Default).Full)
		}
		feed.Entries = append(feed.Entries, entry)
		if changed := lastChange(record); changed.After(latest) {
			latest = changed
		}
	}
	feed.Updated = latest.UTC().Format(time.RFC3339)
	return feed
}

func (a *API) atomEntry(record public.Incident, extent public.Extent, event string) atomEntry {
	entry := atomEntry{
		ID:        atomID("incident " + record.ID),
		Title:     a.feedTitle(record),
		Published: record.OpenedAt.UTC().Format(time.RFC3339),
		Updated:   lastChange(record).UTC().Format(time.RFC3339),
		Link:      atomLink{"alternate", fiber.MIMETextHTML, addressOf(record)},
		Categories: []atomCategory{
			{"urn:downpour:service", record.Service}, {"urn:downpour:country", string(record.Country)},
			{"urn:downpour:state", string(record.State)}, {"urn:downpour:severity", string(record.Severity)},
		},
		Summary: a.sentences.Summary(locale.Default, record, extent),
	}
	if event != "" {
		entry.Categories = append(entry.Categories, atomCategory{"urn:downpour:event", event})
	}
	return entry
}

// feedTitle includes the place of a local incident, because a service may have several.
func (a *API) feedTitle(record public.Incident) string {
	where := "in " + record.Country.Names(locale.Default).Full
	if record.Footprint.Scope != outage.ScopeCountry && len(record.Footprint.Regions) > 0 {
		where = a.sentences.Where(locale.Default, record)
	}
	title := fmt.Sprintf("%s %s: %s, %s", a.nameOf(record.Service), where, record.State, record.Severity)
	if cause := record.Blamed(); cause != "" {
		title += ", probably because of " + a.nameOf(cause)
	}
	return title
}

// lastChange is when an incident last changed its state.
func lastChange(record public.Incident) time.Time {
	changed := record.OpenedAt
	for _, change := range record.Changes {
		if change.At.After(changed) {
			changed = change.At
		}
	}
	return changed
}
