package page

import (
	"cmp"
	"context"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// event is what readers take for one outage: the incidents of a service in all
// countries of the page, and those that it probably caused.
type event struct {
	Name, Path, Lang string
	Status           outage.Status
	Sentence         string          // the status, where, and for how long
	Numbers          []string        // the last ten minutes, a line for each country
	Extent           string          // how many reported since it began, "" while that is not known
	Places           string          // the worst ones, "" where nothing is known of them
	Areas            []template.HTML // small maps, where several incidents are open in a country
	Maps             eventMaps
	Each             places
	Caused           string // before the links to services that it probably caused
	Collateral       []link
	Beside           []link // other services of the same wider event
	Size             int    // from 1 to 3, by how many reported
	people           int64
	lead             []member
}

// member is a service of an event in one country.
type member struct {
	verdict
	service outage.Service
	open    public.Group
	extent  public.Extent
}

// blames reports whether the incident of a member is probably caused by a service.
func (m member) blames(service string) bool {
	return m.health.Incident != nil && m.health.Incident.Blamed() == service
}

// belongs reports whether two members are of one event: by service, by probable
// cause, or by a wider event that the detector found.
func (m member) belongs(to member) bool {
	parent := func(of member) string {
		if of.health.Incident == nil {
			return ""
		}
		return of.health.Incident.Parent
	}
	return m.service.Slug == to.service.Slug || m.blames(to.service.Slug) || to.blames(m.service.Slug) ||
		parent(m) != "" && parent(m) == parent(to)
}

// events makes an event of the members that belong together, those with the most
// people first.
func (page *homePage) events(ctx context.Context, members []member) []event {
	var events []event
	for _, together := range joined(members) {
		events = append(events, page.event(ctx, together))
	}
	slices.SortStableFunc(events, func(a, b event) int {
		return cmp.Or(compareBools(public.Troubled(b.Status), public.Troubled(a.Status)), cmp.Compare(b.people, a.people))
	})
	if len(events) > 0 {
		page.addMaps(ctx, &events[0])
	}
	return events
}

// joined divides members into those that belong together, in their order.
func joined(members []member) [][]member {
	var sets [][]member
	for _, m := range members {
		set := []member{m}
		sets = slices.DeleteFunc(sets, func(of []member) bool {
			if !slices.ContainsFunc(of, m.belongs) {
				return false
			}
			set = append(slices.Clone(of), set...)
			return true
		})
		sets = append(sets, set)
	}
	return sets
}

// event formats members that belong together. The service that leads is the one that
// most reported and that nothing else of the event has probably caused.
func (page *homePage) event(ctx context.Context, members []member) event {
	people := map[string]int64{} // by service
	for i := range members {
		m := &members[i]
		m.open = page.openGroup(ctx, m.health)
		if len(m.open) > 0 {
			m.extent, _ = page.read.extent(ctx, m.open.Whole())
		}
		people[m.service.Slug] += max(m.extent.Total, m.health.Reports)
	}
	caused := func(m member) bool {
		return slices.ContainsFunc(members, func(of member) bool { return m.blames(of.service.Slug) })
	}
	first := slices.MinFunc(members, func(a, b member) int {
		return cmp.Or(compareBools(public.Troubled(b.Status), public.Troubled(a.Status)), compareBools(caused(a), caused(b)), cmp.Compare(people[b.service.Slug], people[a.service.Slug]))
	})
	var lead []member
	result := event{people: people[first.service.Slug]}
	for _, m := range members {
		switch to := page.memberLink(m); {
		case m.service.Slug == first.service.Slug:
			lead = append(lead, m)
		case caused(m):
			result.Collateral = addLink(result.Collateral, to)
		default:
			result.Beside = addLink(result.Beside, to)
		}
	}
	page.describe(ctx, &result, lead)
	return result
}

// compareBools orders false before true.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (page *homePage) memberLink(m member) link {
	return link{Path: page.Service(m.service.Slug), Text: page.ServiceName(m.service), Lang: page.LangOf(m.service.Names)}
}

// addLink adds a link unless it is there.
func addLink(links []link, to link) []link {
	if slices.Contains(links, to) {
		return links
	}
	return append(links, to)
}

// sizes are the numbers of people from which the card of an event is larger.
var sizes = []int64{1_000, 10_000}

// describe writes the texts of an event about the members of the service that leads.
func (page *homePage) describe(ctx context.Context, e *event, lead []member) {
	first := lead[0]
	e.lead = lead
	e.Name, e.Lang, e.Status = page.ServiceName(first.service), page.LangOf(first.service.Names), first.Status
	e.Path = page.Service(first.service.Slug)
	if len(lead) == 1 {
		e.Path = first.Path
	}
	e.Size = 1
	for _, from := range sizes {
		if e.people >= from {
			e.Size++
		}
	}
	if len(e.Collateral) > 0 {
		e.Caused = page.T("event.caused", "cause", e.Name)
	}
	var extent public.Extent
	var lasted time.Duration
	var open public.Group
	for _, m := range lead {
		text := m.Numbers
		if len(lead) > 1 {
			text = m.Name + ": " + text
		}
		e.Numbers = append(e.Numbers, text)
		extent.Total += m.extent.Total
		if len(m.open) == 0 {
			continue
		}
		open = append(open, m.open...)
		lasted = max(lasted, m.open.Whole().Duration(page.read.asOf))
		if drawn := page.area(m.open); drawn != "" {
			e.Areas = append(e.Areas, drawn)
		}
	}
	e.Sentence = page.eventSentence(lead, lasted)
	if extent.Any() {
		e.Extent = page.T("event.extent", "n", extent.Total)
	}
	if len(lead) == 1 {
		e.Each = page.words.places(open)
	}
	if worst := page.worstPlaces(ctx, lead); worst != "" && len(e.Each.First) == 0 {
		e.Places = page.T("event.places", "places", worst)
	}
}

// eventSentence is the status of an event in the countries that have it, and how long
// it has lasted.
func (page *homePage) eventSentence(lead []member, lasted time.Duration) string {
	unusual := slices.DeleteFunc(slices.Clone(lead), func(m member) bool { return !m.Unusual() })
	if len(unusual) == 0 {
		unusual = lead
	}
	// Where reports do not fall yet is more important than where they do.
	first := unusual[max(0, slices.IndexFunc(unusual, func(m member) bool { return m.as != "falling" }))]
	unusual = slices.DeleteFunc(unusual, func(m member) bool { return m.as != first.as })
	var countries []string
	for _, m := range unusual {
		countries = append(countries, page.InCountry(m.Country))
	}
	in := countries[len(countries)-1]
	if more := countries[:len(countries)-1]; len(more) > 0 {
		in = page.T("list.and", "first", strings.Join(more, ", "), "last", in)
	}
	text := page.T("event."+first.as, "in", in)
	if lasted > 0 {
		key := "event.for"
		if first.as == "falling" {
			key = "event.after" // they have not been falling for as long
		}
		text = page.T(key, "what", text, "lasted", page.Duration(lasted))
	}
	if cause := first.health.Incident; cause != nil {
		text = page.words.because(text, *cause)
	}
	return text
}

// worstPlaces names the towns around which an event is worst, the first ones of each
// country; "" where none is known.
func (page *homePage) worstPlaces(ctx context.Context, lead []member) string {
	var towns []outage.Town
	each := max(1, (namedRegions+len(lead)-1)/len(lead))
	for _, m := range lead {
		if len(m.open) > 0 {
			worst := page.read.extremes(ctx, m.service.Slug, m.Country, public.LastHour(page.read.asOf)).Worst
			towns = append(towns, worst[:min(len(worst), each)]...)
		}
	}
	return page.townNames(towns)
}
