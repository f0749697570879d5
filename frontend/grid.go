package frontend

import (
	"cmp"
	"context"
	"slices"

	"downpour/pkg/outage"
)

// card is one service on the home page.
type card struct {
	Name, Path, Slug string
	Verdicts         []verdict // one for each country shown, in a fixed order
}

// Worst is the verdict that the card is sorted and coloured by.
func (c card) Worst() verdict {
	return slices.MinFunc(c.Verdicts, func(a, b verdict) int { return byTrouble(a.health, b.health) })
}

// compared reports whether anything is known to be usual for the service.
func (c card) compared() bool {
	return slices.ContainsFunc(c.Verdicts, func(v verdict) bool { return v.health.Expected != nil })
}

// group is a run of cards under one heading.
type group struct {
	Key   string
	Cards []card
}

type gridPage struct {
	*frame
	Countries []link
	Groups    []group
	Calm      bool // no service has more reports than usual
	New       bool // nothing is known to be usual for any service
	Missing   bool // no numbers could be had
	AsOf      []moment
}

// grid is the home page: all services, those in trouble first.
func (s *Site) grid(ctx context.Context, at address) *gridPage {
	page := &gridPage{frame: s.frame(at)}
	page.Title, page.Summary = page.Say("home.title"), page.Say("home.summary")
	if at.Country != "" {
		page.Title = page.Say("home.title.in", "in", page.words.in(at.Country))
	}
	page.Countries = page.countryLinks(outage.Countries())
	cards := s.cards(ctx, page.frame)
	page.Groups, page.Missing = grouped(cards), page.partial
	page.New = !page.Missing && len(page.Groups) == 1 && !slices.ContainsFunc(cards, card.compared)
	page.Calm = !page.Missing && !page.New && (len(page.Groups) == 0 || page.Groups[0].Key != "trouble")
	if page.New {
		page.Groups[0].Key = "new"
	}
	for _, country := range at.countries(outage.Service{}) {
		page.AsOf = append(page.AsOf, page.moment(s.Now(), country))
	}
	return page
}

// cards reads the health of every service in the countries of the page. A
// health that cannot be read counts as unknown.
func (s *Site) cards(ctx context.Context, f *frame) []card {
	var cards []card
	for _, service := range s.Services.Services() {
		made := card{Name: f.words.serviceName(service), Slug: service.Slug, Path: f.Service(service.Slug)}
		for _, country := range f.At.countries(service) {
			health, err := s.Readings.Health(ctx, service.Slug, country)
			if err != nil {
				f.miss(err, "health")
				health = outage.Health{Status: outage.StatusUnknown}
			}
			made.Verdicts = append(made.Verdicts, f.verdict(service, country, health))
		}
		if len(made.Verdicts) > 0 {
			cards = append(cards, made)
		}
	}
	slices.SortStableFunc(cards, func(a, b card) int {
		return cmp.Or(byTrouble(a.Worst().health, b.Worst().health), cmp.Compare(a.Name, b.Name))
	})
	return cards
}

// miss notes a number that could not be had.
func (f *frame) miss(err error, what string) {
	f.partial = true
	f.site.Log.Warn("reading for a page", "what", what, "error", err)
}

// grouped splits sorted cards where the status changes what a reader should
// make of it.
func grouped(cards []card) []group {
	keys := map[outage.Status]string{
		outage.StatusOutage: "trouble", outage.StatusElevated: "trouble",
		outage.StatusNormal: "normal", outage.StatusUnknown: "unknown",
	}
	var groups []group
	for _, c := range cards {
		key := keys[c.Worst().Status]
		if len(groups) == 0 || groups[len(groups)-1].Key != key {
			groups = append(groups, group{Key: key})
		}
		last := &groups[len(groups)-1]
		last.Cards = append(last.Cards, c)
	}
	return groups
}
