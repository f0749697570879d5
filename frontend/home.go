package frontend

import (
	"cmp"
	"context"
	"html/template"
	"slices"

	"downpour/pkg/outage"
)

// card is a service with more reports than usual in one country.
type card struct {
	verdict
	Service string // its slug
	Title   string // the service, with the country where the page shows both
	Since   string // since when an incident is open, "" without one
	Trend   template.HTML
}

// row is any other service, in one line.
type row struct {
	Name, Path, Lang string
	Count, Usual     string // Usual is "" where too little is known
	Trend            template.HTML
}

// category is the rows of services of one kind.
type category struct {
	Name string
	Rows []row
}

type homePage struct {
	*frame
	Countries  []link
	Cards      []card
	Categories []category
	Headline   string // how many have more reports than usual
	AsOf       []moment
}

// Says is what is worth saying aloud when the page changes.
func (page *homePage) Says() string { return page.Headline }

// homePage is the start: what is unusual now, then all other services.
func (s *Site) homePage(ctx context.Context, at address) *homePage {
	page := &homePage{frame: s.frame(at)}
	page.Title, page.Summary = page.Say("home.title"), page.Say("home.summary")
	if at.Country != "" {
		page.Title = page.Say("home.title.in", "in", page.words.in(at.Country))
	}
	page.Countries = page.countryLinks(outage.Countries())
	compared := false
	for _, service := range s.Services.Services() {
		verdicts := page.verdicts(ctx, service)
		calm := slices.DeleteFunc(slices.Clone(verdicts), verdict.Rains)
		for _, v := range verdicts {
			compared = compared || v.health.Expected != nil
			if v.Rains() {
				page.Cards = append(page.Cards, page.card(ctx, service, v))
			}
		}
		if len(calm) > 0 && len(calm) == len(verdicts) {
			page.file(ctx, service, calm)
		}
	}
	slices.SortStableFunc(page.Cards, func(a, b card) int { return byTrouble(a.health, b.health) })
	page.headline(compared)
	for _, country := range at.countries(outage.Service{}) {
		page.AsOf = append(page.AsOf, page.moment(s.Now(), country))
	}
	return page
}

// headline sums the page up, in a sentence and in the weather of its icon.
func (page *homePage) headline(compared bool) {
	switch {
	case len(page.Cards) > 0:
		services := map[string]bool{}
		for _, c := range page.Cards {
			services[c.Service] = true
		}
		n := int64(len(services))
		page.Icon, page.Headline, page.Mark = page.Cards[0].Status, page.Say("home.unusual", "n", n), page.Say("home.mark", "n", n)
	case page.partial:
		page.Icon, page.Headline = outage.StatusUnknown, page.Say("missing")
	case !compared:
		page.Icon, page.Headline = outage.StatusUnknown, page.Say("home.new")
	default:
		page.Headline = page.Say("home.calm")
	}
}

// verdicts says how a service does in each country of the page. What cannot be
// read counts as unknown.
func (f *frame) verdicts(ctx context.Context, service outage.Service) []verdict {
	var made []verdict
	for _, country := range f.At.countries(service) {
		health, err := f.site.Readings.Health(ctx, service.Slug, country)
		if err != nil {
			f.miss(err, "health")
			health = outage.Health{Status: outage.StatusUnknown}
		}
		made = append(made, f.verdict(service, country, health))
	}
	slices.SortStableFunc(made, func(a, b verdict) int { return byTrouble(a.health, b.health) })
	return made
}

func (page *homePage) card(ctx context.Context, service outage.Service, v verdict) card {
	made := card{verdict: v, Service: service.Slug, Title: page.words.serviceName(service), Trend: page.trend(ctx, service.Slug, v.Country)}
	if page.At.Country == "" {
		made.Title = page.Say("incident.of.service", "service", made.Title, "in", page.words.in(v.Country))
	}
	return made
}

// file puts a service in its category. The numbers of a page of both countries
// are sums, which are compared only where both have something to compare with.
func (page *homePage) file(ctx context.Context, service outage.Service, verdicts []verdict) {
	made := row{
		Name: page.words.serviceName(service), Path: page.Service(service.Slug), Lang: page.Lang(service.Names),
		Trend: page.trend(ctx, service.Slug, page.At.Country),
	}
	var observed int64
	expected, known := 0.0, true
	for _, v := range verdicts {
		observed += v.health.Observed
		known = known && v.health.Expected != nil && v.Status != outage.StatusUnknown
		if v.health.Expected != nil {
			expected += *v.health.Expected
		}
	}
	made.Count = page.words.integer(observed)
	if known {
		made.Usual = page.Say("home.usual", "expected", page.words.amount(expected))
	}
	name := named(page.site.Services.CategoryNames(service.Category), page.At.Lang, page.Say("home.others"))
	at := slices.IndexFunc(page.Categories, func(c category) bool { return c.Name == name })
	if at < 0 {
		at, page.Categories = len(page.Categories), append(page.Categories, category{Name: name})
	}
	page.Categories[at].Rows = append(page.Categories[at].Rows, made)
	slices.SortStableFunc(page.Categories[at].Rows, func(a, b row) int { return cmp.Compare(a.Name, b.Name) })
}

// miss notes a number that could not be had.
func (f *frame) miss(err error, what string) {
	f.partial = true
	f.site.Log.Warn("reading for a page", "what", what, "error", err)
}
