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

// card is a service with a notable number of reports in one country.
type card struct {
	verdict
	Service   string // its slug
	Title     string // the service, with the country where the page shows both
	Sparkline template.HTML
}

// row is any other service, in one line.
type row struct {
	Name, Path, Lang string
	Count, Usual     string // Usual is the expected count, or a note that too little is known
	Sparkline        template.HTML
}

// category is the services of one category that have no card.
type category struct {
	Name string
	Rows []row  // those with the most reports
	More []link // the others
}

type homePage struct {
	request
	Countries  []link
	Cards      []card
	Categories []category
	Headline   string // how many services have more reports than usual
	Plain      bool   // no expected count is known
	AsOf       []locale.Time
}

// Announcement is read out by screen readers when the page changes.
func (page *homePage) Announcement() string { return page.Headline }

const (
	// busyFrom is the number of reports from which a service without an expected
	// count gets a card, and busyCards the maximum number of such cards.
	busyFrom  = 10
	busyCards = 6
	// categoryRows is the number of rows of a category that has more services: with
	// a row for each of all services the page would be too heavy for a phone.
	categoryRows = 4
)

// homePage is the start page: services with notable numbers, then all others.
func (s *Builder) homePage(ctx context.Context, at address.Address) *homePage {
	page := &homePage{request: s.request(at)}
	page.Title, page.Summary = page.T("home.title"), page.T("home.summary")
	if at.Country != "" {
		page.Title = page.T("home.title.in", "in", page.InCountry(at.Country))
	}
	page.Countries = page.countryLinks(at.WithCountry("").Countries(outage.Service{}))
	page.arrange(ctx)
	for _, country := range at.Countries(outage.Service{}) {
		page.AsOf = append(page.AsOf, page.TimeOfDay(page.read.asOf, country))
	}
	return page
}

// arrange makes cards of the services with notable numbers, and rows of the rest.
// While no expected count is known, the services with the most reports get cards.
func (page *homePage) arrange(ctx context.Context) {
	compared := false
	var busy []card
	hasCard, unusual := map[string]bool{}, map[string]bool{} // services that have a card, and those of them that are unusual
	for _, service := range page.builder.Services.Services() {
		for _, v := range page.verdicts(ctx, service) {
			compared = compared || v.health.Expected != nil
			switch {
			case v.Notable():
				page.Cards, hasCard[service.Slug] = append(page.Cards, page.card(ctx, service, v)), true
				if v.Unusual() {
					unusual[service.Slug] = true
				}
			case v.health.Expected == nil && v.health.Observed >= busyFrom:
				busy = append(busy, page.card(ctx, service, v))
			}
		}
	}
	byCard := func(a, b card) int { return public.ByTrouble(a.health, b.health) }
	slices.SortStableFunc(page.Cards, byCard)
	page.Cards = public.Behind(page.Cards, card.causedBy)
	page.headline(len(unusual), len(hasCard), compared)
	if page.Plain = !compared; page.Plain {
		slices.SortStableFunc(busy, byCard)
		for _, c := range busy[:min(len(busy), busyCards)] {
			page.Cards, hasCard[c.Service] = append(page.Cards, c), true
		}
	}
	page.listOthers(ctx, hasCard)
}

// causedBy reports whether a service is probably not at fault, but that of another
// card of the same country.
func (c card) causedBy(cause card) bool {
	in := c.health.Incident
	return in != nil && in.Blamed() == cause.Service && c.Country == cause.Country
}

// headline sets the headline, the icon and the mark of the tab.
func (page *homePage) headline(unusual, stirring int, compared bool) {
	switch n := int64(unusual); {
	case n > 0:
		page.Icon, page.Headline, page.Mark = page.Cards[0].Status, page.T("home.unusual", "n", n), page.T("home.mark", "n", n)
	case len(page.Cards) > 0:
		page.Headline = page.T("home.rising", "n", int64(stirring))
	case page.fresh.missing:
		page.Icon, page.Headline = outage.StatusUnknown, page.T("missing")
	case !compared:
		page.Icon, page.Headline = outage.StatusUnknown, page.T("home.new")
	default:
		page.Headline = page.T("home.calm")
	}
}

func (page *homePage) card(ctx context.Context, service outage.Service, v verdict) card {
	result := card{verdict: v, Service: service.Slug, Title: page.ServiceName(service), Sparkline: page.read.sparkline(ctx, service.Slug, v.Country)}
	if page.At.Country == "" {
		result.Title = page.T("incident.of.service", "service", result.Title, "in", page.InCountry(v.Country))
	}
	page.addOpen(ctx, &result.verdict)
	return result
}

// other is a service without a card.
type other struct {
	service  outage.Service
	verdicts []verdict
	reports  int64 // in all countries of the page
}

// listOthers lists the services without a card by category.
func (page *homePage) listOthers(ctx context.Context, hasCard map[string]bool) {
	var order []string
	named := map[string][]other{} // by name of the category
	for _, service := range page.builder.Services.Services() {
		verdicts := page.verdicts(ctx, service)
		if len(verdicts) == 0 || hasCard[service.Slug] {
			continue
		}
		found := other{service: service, verdicts: verdicts}
		for _, v := range verdicts {
			found.reports += v.health.Reports
		}
		name := page.NameIn(page.builder.Services.CategoryNames(service.Category), page.T("home.others"))
		if _, ok := named[name]; !ok {
			order = append(order, name)
		}
		named[name] = append(named[name], found)
	}
	for _, name := range order {
		page.Categories = append(page.Categories, page.category(ctx, name, named[name]))
	}
}

// category gives rows to the services with the most reports, and lists the others
// by name. A row costs no more than naming one service under the rows.
func (page *homePage) category(ctx context.Context, name string, others []other) category {
	shown := len(others)
	if shown > categoryRows+1 {
		shown = categoryRows
	}
	slices.SortStableFunc(others, func(a, b other) int { return cmp.Compare(b.reports, a.reports) })
	result := category{Name: name}
	for _, o := range others[:shown] {
		result.Rows = append(result.Rows, page.row(ctx, o))
	}
	for _, o := range others[shown:] {
		result.More = append(result.More, page.linkTo(o.service))
	}
	slices.SortStableFunc(result.Rows, func(a, b row) int { return byName(a.Name, b.Name) })
	slices.SortStableFunc(result.More, func(a, b link) int { return byName(a.Text, b.Text) })
	return result
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
