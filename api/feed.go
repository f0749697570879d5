package api

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// feed is a list of incidents for feed readers, before it is written in a format. Its
// addresses are absolute.
type feed struct {
	ID, Title  string
	Author     string
	Home, Self string
	Hub        string // of WebSub, "" for none
	Updated    time.Time
	Entries    []feedEntry
}

type feedEntry struct {
	ID, Title, Address, Summary string
	Alert                       string // address of the alert, "" for none
	Incident                    public.Incident
	Event                       string // that the incident belongs to, "" for none
	Updated                     time.Time
}

// feedID is a name that stays for something of a server, whose address tells it from
// others.
func feedID(base, of string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(base+" "+of)).URN()
}

// baseOf is the address of the server in links: the public one, or that of the request. It
// is "" where the request names a host that is not known to be the server's.
func (a *API) baseOf(c *fiber.Ctx) string {
	if a.config.PublicURL != "" || a.config.OriginOf == nil {
		return a.config.PublicURL
	}
	return a.config.OriginOf(c)
}

func (a *API) getFeed(c *fiber.Ctx) error {
	q := a.looseQuery(c, "service", "country", "region", "district")
	area := q.area()
	filter := outage.IncidentFilter{Service: q.service(), Country: area.Country, Region: area.Region, District: area.District}
	if err := q.err(); err != nil {
		return err
	}
	path, query := strings.ToLower(strings.TrimSuffix(c.Path(), "/")), public.FeedQuery(filter)
	base := a.baseOf(c)
	if a.config.Hub != "" {
		c.Set(fiber.HeaderLink, fmt.Sprintf(`<%s>; rel="self", <%s>; rel="hub"`, base+path+query, a.config.Hub))
	}
	return a.sendWindow(c, base+path+query, func(ctx context.Context) (*answer, error) {
		records, _, err := a.config.Incidents.Incidents(ctx, filter, "", usualIncidents)
		if err != nil {
			return nil, err
		}
		made := feed{
			Author: cmp.Or(a.config.Site, "Downpour"), Hub: a.config.Hub,
			ID: feedID(base, public.AtomPath+query), Title: a.marked(a.feedName(filter)), Home: base + "/incidents", Self: base + path + query,
			Updated: emptySince(q.numbers.AsOf()),
		}
		a.fillFeed(ctx, q.numbers, base, &made, records)
		switch path {
		case public.JSONFeedPath:
			return a.newJSONFeed(made)
		case public.AlertsPath:
			made.ID, made.Title = feedID(base, public.AlertsPath+query), made.Title+", as alerts of the Common Alerting Protocol"
			for i := range made.Entries {
				entry := &made.Entries[i]
				entry.ID, entry.Alert = feedID(base, "alert "+entry.Incident.ID), base+alertAddress(entry.Incident.ID)
			}
		}
		return a.newAtom(made)
	})
}

// emptySince is when a feed without entries was last updated: on the day of the counts. A
// reader sees that the feed is alive, and a conditional request holds for that day on all
// servers, while a minute would make each answer a new one.
func emptySince(asOf time.Time) time.Time { return asOf.UTC().Truncate(24 * time.Hour) }

// marked is a title with the mark of a demo before it, where one is played.
func (a *API) marked(title string) string {
	if a.config.Demo {
		return "Demonstration: " + title
	}
	return title
}

func (a *API) feedName(filter outage.IncidentFilter) string {
	title := "Incidents"
	if filter.Service != "" {
		title += " of " + a.nameOf(filter.Service)
	}
	switch {
	case filter.District != "":
		title += " in " + a.config.Shapes.DistrictName(filter.District, locale.Default)
	case filter.Region != "":
		title += " in " + a.config.Shapes.RegionName(filter.Region, locale.Default)
	case filter.Country != "":
		title += " in " + filter.Country.Names(locale.Default).Full
	}
	return title
}

func (a *API) fillFeed(ctx context.Context, numbers Readings, base string, made *feed, records []public.Incident) {
	events := public.EventsOf(records)
	key := func(in public.Incident) [3]string { return [3]string{in.Service, string(in.Country), events[in.ID]} }
	together := map[[3]string]int{} // how many incidents of a service belong to an event
	for _, record := range records {
		if events[record.ID] != "" {
			together[key(record)]++
		}
	}
	for i, record := range public.InOrder(records) {
		entry := feedEntry{
			ID: feedID(base, "incident "+record.ID), Title: a.marked(a.sentences.Headline(record)), Address: base + addressOf(record),
			Summary: a.summaryOf(ctx, numbers, record), Incident: record, Event: events[record.ID], Updated: lastChange(record),
		}
		if said := a.sentences.Official(locale.Default, record, record.OpenedAt); said != "" {
			entry.Summary += " " + said
		}
		if n := together[key(record)]; n > 1 {
			entry.Summary += fmt.Sprintf(" One of %d incidents of %s in %s at the time.", n, a.nameOf(record.Service), record.Country.Names(locale.Default).Full)
		}
		made.Entries = append(made.Entries, entry)
		if i == 0 || entry.Updated.After(made.Updated) {
			made.Updated = entry.Updated
		}
	}
}

// lastChange is when an incident last changed its state, or its vendor gave notice of it.
func lastChange(record public.Incident) time.Time {
	changed := record.OpenedAt
	for _, change := range record.Changes {
		if change.At.After(changed) {
			changed = change.At
		}
	}
	if record.Official != nil && record.Official.SeenAt.After(changed) {
		changed = record.Official.SeenAt
	}
	return changed
}
