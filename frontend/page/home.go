package page

import (
	"cmp"
	"context"
	"html/template"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// row is a service in one line.
type row struct {
	Name, Path, Lang string
	Count, Usual     string // Usual is the expected count, or a note that too little is known
	Sparkline        template.HTML
}

// category is services of one category, without numbers.
type category struct {
	Name string
	More []link
}

type homePage struct {
	request
	Countries  []link
	Events     []event
	Rows       []row // the services with the most reports, without those of events
	Categories []category
	Headline   string // how many services have more reports than usual
	Past       []entry
	Record     record // of all services, where nothing goes on
	Plain      bool   // no expected count is known
	AsOf       []locale.Time
}

// unfolded is the number of events beside which the names of all services stand open.
const unfolded = 1

// Folded reports whether the names of the services without news are folded in, which keeps
// the page short when much is going on.
func (page *homePage) Folded() bool { return len(page.Events) > unfolded }

// Announcement is read out by screen readers when the page changes.
func (page *homePage) Announcement() string { return page.Headline }

const (
	// mostRows is the number of services that have a row with numbers: with a row for
	// each of all services the page would be too long for a phone.
	mostRows = 5
	// rowsBesideEvents is the same below the cards of events, which come first.
	rowsBesideEvents = 3
	// lastEvents is the number of past events while there is none.
	lastEvents = 3
)

// homePage is the start page: events, then the services with the most reports, then
// all others.
func (s *Builder) homePage(ctx context.Context, at address.Address) *homePage {
	page := &homePage{request: s.request(at)}
	page.Title, page.Summary = page.T("home.title"), page.T("home.summary")
	if at.Country != "" {
		page.Title = page.T("home.title.in", "in", page.InCountry(at.Country))
	}
	page.Countries = page.countryLinks(at.WithCountry("").Countries(outage.Service{}))
	page.arrange(ctx)
	if len(page.Events) == 0 {
		page.Record = page.record("")
	}
	for _, country := range at.Countries(outage.Service{}) {
		page.AsOf = append(page.AsOf, page.TimeOfDay(page.read.asOf, country))
	}
	return page
}

// arrange divides the services into events and others.
func (page *homePage) arrange(ctx context.Context) {
	var notable []member
	var others []other
	unusual, stirring := 0, 0 // services
	page.Plain = true
	knownIn := 0
	for _, service := range page.builder.config.Services.Services() {
		found := other{service: service, verdicts: page.verdicts(ctx, service)}
		isUnusual, isNotable := false, false
		for _, v := range found.verdicts {
			if v.health.Expected != nil {
				page.Plain = false
			}
			knownIn = max(knownIn, v.health.KnownIn)
			found.reports += v.health.Reports
			if v.Notable() && !slight(v.health) {
				notable = append(notable, member{verdict: v, service: service})
				isUnusual, isNotable = isUnusual || v.Unusual(), true
			}
		}
		switch {
		case isNotable:
			stirring++
			if isUnusual {
				unusual++
			}
		case len(found.verdicts) > 0:
			others = append(others, found)
		}
	}
	slices.SortStableFunc(notable, func(a, b member) int { return public.ByTrouble(a.health, b.health) })
	page.Events = page.events(ctx, notable)
	page.listOthers(ctx, others)
	page.headline(ctx, unusual, stirring, knownIn)
}

// fewestOfEvent is the fewest reporters that make an event of a service without an incident.
const fewestOfEvent = 5

// slight reports whether a service without an incident has so few reporters that it stands
// among the others, whatever is normal for it.
func slight(health public.Health) bool {
	return health.Incident == nil && health.Observed < fewestOfEvent
}

// headline sets the headline, the icon and the mark of the tab.
func (page *homePage) headline(ctx context.Context, unusual, stirring, knownIn int) {
	switch n := int64(unusual); {
	case n > 0:
		page.Icon, page.Headline, page.Mark = page.Events[0].Status, page.T("home.unusual", "n", n), page.T("home.mark", "n", n)
	case stirring > 0:
		page.Headline = page.T("home.rising", "n", int64(stirring))
	case page.fresh.missing:
		page.Icon, page.Headline = outage.StatusUnknown, page.T("missing")
	case page.Plain && knownIn > 0:
		page.Icon, page.Headline = outage.StatusUnknown, page.T("home.learning", "n", int64(knownIn))
	case page.Plain && len(page.Rows) == 0:
		page.Icon, page.Headline = outage.StatusUnknown, page.T("home.empty")
	case page.Plain:
		page.Icon, page.Headline = outage.StatusUnknown, page.T("home.new")
	default:
		page.withoutEvents(ctx)
	}
}

// withoutEvents says since when nothing was unusual, and lists the last events.
func (page *homePage) withoutEvents(ctx context.Context) {
	page.Headline = page.T("home.calm")
	records, _, err := page.read.incidents.Incidents(ctx, outage.IncidentFilter{Country: page.At.Country}, "", listedIncidents)
	if err != nil {
		page.read.miss(err, "incidents")
		return
	}
	ended := slices.DeleteFunc(slices.Clone(records), func(in public.Incident) bool { return !in.Over() })
	if len(ended) == 0 {
		return
	}
	groups := public.GroupsOf(ended)
	for _, group := range groups[:min(len(groups), lastEvents)] {
		page.Past = append(page.Past, page.entry(ctx, group))
	}
	if len(ended) == len(records) {
		last := slices.MaxFunc(ended, func(a, b public.Incident) int { return a.ClosedAt.Compare(b.ClosedAt) })
		page.Headline = page.T("home.quiet", "time", page.words.recent(last.ClosedAt, last.Country))
	}
}

// other is a service that is in no event.
type other struct {
	service  outage.Service
	verdicts []verdict
	reports  int64 // in all countries of the page
}

// listOthers gives rows to the services with the most reports, and lists the others
// by category.
func (page *homePage) listOthers(ctx context.Context, others []other) {
	slices.SortStableFunc(others, func(a, b other) int { return cmp.Compare(b.reports, a.reports) })
	shown, most := 0, mostRows
	if len(page.Events) > 0 {
		most = rowsBesideEvents
	}
	for shown < min(len(others), most) && others[shown].reports > 0 {
		page.Rows = append(page.Rows, page.row(ctx, others[shown]))
		shown++
	}
	named := map[string]int{} // index by name of the category
	rest := others[shown:]
	for _, service := range page.builder.config.Services.Services() {
		if !slices.ContainsFunc(rest, func(o other) bool { return o.service.Slug == service.Slug }) {
			continue
		}
		name := page.NameIn(page.builder.config.Services.CategoryNames(service.Category), page.T("home.others"))
		at, ok := named[name]
		if !ok {
			at = len(page.Categories)
			named[name], page.Categories = at, append(page.Categories, category{Name: name})
		}
		page.Categories[at].More = append(page.Categories[at].More, page.linkTo(service))
	}
	for _, c := range page.Categories {
		slices.SortStableFunc(c.More, func(a, b link) int { return byName(a.Text, b.Text) })
	}
}

func byName(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }

// row is a service in one line. On a page of all countries the numbers are sums.
// They are compared only where both have an expected count.
func (page *homePage) row(ctx context.Context, o other) row {
	result := row{
		Name: page.ServiceName(o.service), Path: page.Service(o.service.Slug), Lang: page.LangOf(o.service.Names),
		Sparkline: page.read.sparkline(ctx, o.service.Slug, page.At.Country), Count: page.Int(o.reports),
	}
	expected, known, enough := 0.0, true, true
	for _, v := range o.verdicts {
		enough = enough && v.Status != outage.StatusUnknown
		if known = known && v.health.Expected != nil; known {
			expected += *v.health.Expected
		}
	}
	switch {
	case known && enough:
		result.Usual = page.T("home.usual", "expected", page.Amount(expected))
	case known:
		result.Usual = page.T("home.few")
	}
	return result
}
