package page

import (
	"context"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

const (
	placeServices = 10 // the most services that the page of a place lists
	placesAround  = 12 // the most neighbours
)

// placePage is the page of a region or a district: what is unusual there now, its own
// incidents first, the services with most reports, the networks, and the places around.
type placePage struct {
	request
	Name     string
	Within   link // the region of a district, the country of a region
	Headline string
	Groups   []placeGroup
	Span     string
	Compared bool // some service has a normal
	Services []districtRow
	Networks []networkTable
	Form     placeForm
	Push     *push // on the page of a region
	Past     []entry
	Around   []link
	Parts    []link // the districts of a region
	Map      string
	About    map[string]any // the place in the terms of schema.org
	AsOf     []locale.Time
	area     outage.Area
}

// Announcement is read out by screen readers when the page changes.
func (page *placePage) Announcement() string { return page.Headline }

// placeGroup is the open incidents that reach as far.
type placeGroup struct {
	Heading string
	Entries []entry
}

// placeForm reports on a service from the place.
type placeForm struct {
	Place    string // a name that intake understands
	Services picker
}

// place is the page of a region or a district.
func (s *Builder) place(ctx context.Context, at address.Address) (*placePage, error) {
	area, ok := s.config.Places.AreaOf(at.Country, at.Place)
	if !ok {
		return nil, &outage.Error{Code: outage.CodeNotFound}
	}
	page := &placePage{request: s.request(at), area: area}
	page.Name, page.Within = page.words.areaName(area), link{Path: page.Home(), Text: page.CountryName(at.Country)}
	if area.District != "" {
		page.Within = page.areaLink(outage.AreaOf(area.Region))
	}
	page.Title, page.Summary = page.T("place.title", "place", page.Name), page.T("place.summary", "place", page.Name)
	page.unusual(ctx)
	page.counts(ctx)
	page.past(ctx)
	page.around()
	page.Form = s.placeForm(page)
	if area.District == "" {
		page.Push = page.pushRegion(area.Region)
	}
	page.Map = address.CurrentMap(at.Lang, "", at.Country).Path()
	page.About = page.schema()
	page.AsOf = []locale.Time{page.TimeOfDay(page.read.asOf, at.Country)}
	return page, nil
}

// areaName is the name of a region or a district.
func (n names) areaName(area outage.Area) string {
	if area.District != "" {
		return n.districtName(area.District)
	}
	return n.regionName(area.Region)
}

// areaWithin is the name of a district with its region, or of a region.
func (n names) areaWithin(area outage.Area) string {
	if area.District != "" {
		return n.areaName(area) + ", " + n.regionName(area.Region)
	}
	return n.areaName(area)
}

// areaLink is a link to the page of a region or a district, without an address for one
// that has no page.
func (q *request) areaLink(area outage.Area) link {
	result := link{Text: q.words.areaName(area)}
	if at, ok := q.At.OfArea(q.builder.config.Services, q.builder.config.Places, area); ok {
		result.Path = at.Path()
	}
	return result
}

// unusual lists the open incidents that reach the place: those of the place itself, of
// its region, and of the whole country.
func (page *placePage) unusual(ctx context.Context) {
	open := page.openNow(ctx, outage.IncidentFilter{Country: page.area.Country, Region: page.area.Region})
	slices.SortStableFunc(open, public.BySeverity)
	var own, region, country []public.Incident
	for _, in := range open {
		switch {
		case in.Footprint.Scope == outage.ScopeCountry:
			country = append(country, in)
		case page.area.District == "" || slices.Contains(in.Footprint.Districts, page.area.District):
			own = append(own, in)
		default:
			region = append(region, in)
		}
	}
	page.group(ctx, page.T("place.own"), own)
	page.group(ctx, page.words.regionName(page.area.Region), region)
	page.group(ctx, page.T("scope.country"), country)
	switch {
	case len(open) > 0:
		page.Icon, page.Headline = page.statusOf(ctx, own, region, country), page.headlineOf(own, slices.Concat(region, country))
	case page.fresh.missing:
		page.Icon, page.Headline = outage.StatusUnknown, page.T("missing")
	case !page.compares(ctx):
		page.Icon, page.Headline = outage.StatusUnknown, page.T("home.new")
	default:
		page.Headline = page.T("place.calm")
	}
}

// headlineOf names the services of the incidents of the place, and those that only wider
// ones are about.
func (page *placePage) headlineOf(own, wide []public.Incident) string {
	var sentences []string
	if len(own) > 0 {
		sentences = append(sentences, page.T("place.here", "services", page.servicesOf(own)))
	}
	wide = slices.DeleteFunc(wide, func(in public.Incident) bool {
		return slices.ContainsFunc(own, func(here public.Incident) bool { return here.Service == in.Service })
	})
	if len(wide) > 0 {
		sentences = append(sentences, page.T("place.wide", "services", page.servicesOf(wide)))
	}
	return strings.Join(sentences, " ")
}

// statusOf is the status of the place while incidents are open that the headline names:
// the worst of those that the place is part of, and elevated for those nearby.
func (page *placePage) statusOf(ctx context.Context, own, nearby, country []public.Incident) outage.Status {
	worst := outage.StatusUnknown
	for _, in := range slices.Concat(own, country) {
		worst = public.Worse(worst, page.read.statusOf(ctx, in))
	}
	if len(nearby) > 0 || !public.Troubled(worst) {
		worst = public.Worse(worst, outage.StatusElevated)
	}
	return worst
}

// compares reports whether the normal of any service is known in the country.
func (page *placePage) compares(ctx context.Context) bool {
	return slices.ContainsFunc(page.builder.config.Services.Services(), func(service outage.Service) bool {
		health, err := page.read.readings.Health(ctx, service.Slug, page.area.Country)
		return err == nil && health.Expected != nil
	})
}

// group adds incidents under a heading, where there are any.
func (page *placePage) group(ctx context.Context, heading string, incidents []public.Incident) {
	group := placeGroup{Heading: heading}
	for _, of := range public.GroupsOf(incidents) {
		made := page.entry(ctx, of)
		made.Status = page.read.statusOf(ctx, of.Whole())
		group.Entries = append(group.Entries, made)
	}
	if len(group.Entries) > 0 {
		page.Groups = append(page.Groups, group)
	}
}

// servicesOf names the services of some incidents.
func (page *placePage) servicesOf(incidents []public.Incident) string {
	var slugs []string
	for _, in := range incidents {
		if !slices.Contains(slugs, in.Service) {
			slugs = append(slugs, in.Service)
		}
	}
	return listed(page.Localizer, slugs, namedRegions, page.words.serviceNamed)
}

// counts lists the services with most reports from the place, and the networks of its
// region, within the last whole hour and the quarter hour of now.
func (page *placePage) counts(ctx context.Context) {
	span := public.LastHour(page.read.asOf)
	page.Span = page.TimeSpan(span.From.Time(), page.read.asOf, page.area.Country)
	services, err := page.read.readings.ServicesIn(ctx, page.area, span, placeServices)
	if err != nil {
		page.read.miss(err, "services of a place")
		return
	}
	for _, count := range services {
		row := districtRow{Name: page.words.serviceNamed(count.Service), Path: page.Service(count.Service), Reports: page.Int(count.Reports), Expected: "–"}
		if count.Expected != nil {
			page.Compared, row.Expected = true, page.Amount(*count.Expected)
		}
		page.Services = append(page.Services, row)
	}
	networks, err := page.read.readings.Networks(ctx, "", page.area.Country, page.area.Region, span)
	if err != nil {
		page.read.miss(err, "networks of a place")
		return
	}
	if table := page.words.networkTable(networks, ""); table.Any() {
		table.Heading += ", " + page.words.regionName(page.area.Region)
		page.Networks = []networkTable{table}
	}
}

// past lists the last incidents that ended and reached the place.
func (page *placePage) past(ctx context.Context) {
	filter := outage.IncidentFilter{Country: page.area.Country, Region: page.area.Region, District: page.area.District, State: outage.StateResolved}
	page.Past = page.ended(ctx, filter)
}

// around lists the neighbours of the place, and the districts of a region.
func (page *placePage) around() {
	beside := page.builder.config.Shapes.Beside(page.area)
	for _, area := range beside[:min(len(beside), placesAround)] {
		page.Around = append(page.Around, page.areaLink(area))
	}
	if page.area.District != "" {
		return
	}
	for _, district := range page.builder.config.Shapes.Districts(page.area.Region) {
		area := page.area
		area.District = district
		page.Parts = append(page.Parts, page.areaLink(area))
	}
	slices.SortStableFunc(page.Parts, func(a, b link) int { return byName(a.Text, b.Text) })
}

// understoodName is a name by which intake understands a region or a district, in a
// language or else in English. It is that of the region for a district whose own name is
// understood as that.
func (s *Builder) understoodName(area outage.Area, lang string) string {
	for _, lang := range []string{lang, locale.Default} {
		region := s.config.Shapes.RegionName(area.Region, lang)
		if area.District == "" {
			return region
		}
		name := s.config.Shapes.DistrictName(area.District, lang)
		for _, text := range []string{name + ", " + region, name} {
			if found := s.config.Places.Resolve(text, area.Country); found.Understood && found.Place.District == area.District {
				return text
			}
		}
	}
	return s.config.Shapes.RegionName(area.Region, lang)
}

// placeForm offers the services of the country.
func (s *Builder) placeForm(page *placePage) placeForm {
	services := page.servicePicker(func(service outage.Service) bool { return address.UsedIn(service, page.area.Country) })
	return placeForm{Place: s.understoodName(page.area, page.At.Lang), Services: services}
}

// schema is the place for search engines: https://schema.org/AdministrativeArea.
func (page *placePage) schema() map[string]any {
	within := map[string]any{"@type": "AdministrativeArea", "name": page.Within.Text}
	if page.area.District == "" {
		within["@type"] = "Country"
	}
	return map[string]any{"@context": "https://schema.org", "@type": "AdministrativeArea", "name": page.Name, "url": page.Absolute(page.Path()), "containedInPlace": within}
}
