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
)

// card is a service with more reports than usual in one country.
type card struct {
	verdict
	Service   string // its slug
	Title     string // the service, with the country where the page shows both
	Since     string // since when an incident is open, "" without one
	Sparkline template.HTML
}

// row is any other service, in one line.
type row struct {
	Name, Path, Lang string
	Count, Usual     string // Usual says so where too little is known
	Sparkline        template.HTML
}

// category is the rows of services of one kind.
type category struct {
	Name string
	Rows []row
}

type homePage struct {
	request
	Countries  []link
	Cards      []card
	Categories []category
	Headline   string // how many have more reports than usual
	Plain      bool   // nothing is known to be usual
	AsOf       []locale.Time
}

// Announcement is what is worth saying aloud when the page changes.
func (page *homePage) Announcement() string { return page.Headline }

const (
	// busyFrom is how many reports make a card where nothing is known to be
	// usual, and busyCards how many such cards there are at most.
	busyFrom  = 10
	busyCards = 6
)

// homePage is the start: what is unusual now, then all other services.
func (s *Builder) homePage(ctx context.Context, at address.Address) *homePage {
	page := &homePage{request: s.request(at)}
	page.Title, page.Summary = page.T("home.title"), page.T("home.summary")
	if at.Country != "" {
		page.Title = page.T("home.title.in", "in", page.InCountry(at.Country))
	}
	page.Countries = page.countryLinks(outage.Countries())
	page.arrange(ctx)
	for _, country := range at.Countries(outage.Service{}) {
		page.AsOf = append(page.AsOf, page.TimeOfDay(s.AsOf(), country))
	}
	return page
}

// arrange makes cards of what is unusual, and rows of the rest. Where nothing is
// known to be usual, the few with the most reports stand in for it.
func (page *homePage) arrange(ctx context.Context) {
	compared := false
	var busy []card
	said, unusual := map[string]bool{}, map[string]bool{} // services that have a card, and those of them where it rains
	for _, service := range page.builder.Services.Services() {
		for _, v := range page.verdicts(ctx, service) {
			compared = compared || v.health.Expected != nil
			switch {
			case v.Notable():
				page.Cards, said[service.Slug] = append(page.Cards, page.card(ctx, service, v)), true
				if v.Unusual() {
					unusual[service.Slug] = true
				}
			case v.health.Expected == nil && v.health.Observed >= busyFrom:
				busy = append(busy, page.card(ctx, service, v))
			}
		}
	}
	byCard := func(a, b card) int { return byTrouble(a.health, b.health) }
	slices.SortStableFunc(page.Cards, byCard)
	page.Cards = underCauses(page.Cards)
	page.headline(len(unusual), len(said), compared)
	if page.Plain = !compared; page.Plain {
		slices.SortStableFunc(busy, byCard)
		for _, c := range busy[:min(len(busy), busyCards)] {
			page.Cards, said[c.Service] = append(page.Cards, c), true
		}
	}
	for _, service := range page.builder.Services.Services() {
		if verdicts := page.verdicts(ctx, service); len(verdicts) > 0 && !said[service.Slug] {
			page.addRow(ctx, service, verdicts)
		}
	}
}

// underCauses moves each card of a service that is probably not at fault behind
// that of what is, in its country.
func underCauses(cards []card) []card {
	moved := make([]card, 0, len(cards))
	placed := map[int]bool{}
	var place func(i int)
	place = func(i int) {
		if placed[i] {
			return
		}
		placed[i] = true
		moved = append(moved, cards[i])
		for j, other := range cards {
			if in := other.health.Incident; in != nil && other.Country == cards[i].Country && in.Blamed() == cards[i].Service {
				place(j)
			}
		}
	}
	for i, c := range cards {
		if !slices.ContainsFunc(cards, func(other card) bool {
			return c.health.Incident != nil && c.health.Incident.Blamed() == other.Service && c.Country == other.Country
		}) {
			place(i)
		}
	}
	for i := range cards { // causes that blame each other
		place(i)
	}
	return moved
}

// headline sums the page up, in a sentence and in the weather of its icon.
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
	made := card{verdict: v, Service: service.Slug, Title: page.ServiceName(service), Sparkline: page.read.sparkline(ctx, service.Slug, v.Country)}
	if page.At.Country == "" {
		made.Title = page.T("incident.of.service", "service", made.Title, "in", page.InCountry(v.Country))
	}
	return made
}

// addRow puts a service in its category. The numbers of a page of both countries
// are sums, which are compared only where both have something to compare with.
func (page *homePage) addRow(ctx context.Context, service outage.Service, verdicts []verdict) {
	made := row{
		Name: page.ServiceName(service), Path: page.Service(service.Slug), Lang: page.LangOf(service.Names),
		Sparkline: page.read.sparkline(ctx, service.Slug, page.At.Country),
	}
	var reports int64
	expected, known, enough := 0.0, true, true
	for _, v := range verdicts {
		reports += v.health.Reports
		enough = enough && v.Status != outage.StatusUnknown
		if known = known && v.health.Expected != nil; known {
			expected += *v.health.Expected
		}
	}
	made.Count = page.Int(reports)
	switch {
	case known && enough:
		made.Usual = page.T("home.usual", "expected", page.Amount(expected))
	case known:
		made.Usual = page.T("home.few")
	}
	name := page.NameIn(page.builder.Services.CategoryNames(service.Category), page.T("home.others"))
	at := slices.IndexFunc(page.Categories, func(c category) bool { return c.Name == name })
	if at < 0 {
		at, page.Categories = len(page.Categories), append(page.Categories, category{Name: name})
	}
	page.Categories[at].Rows = append(page.Categories[at].Rows, made)
	slices.SortStableFunc(page.Categories[at].Rows, func(a, b row) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
}
