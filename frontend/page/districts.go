package page

import (
	"context"
	"net/url"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

const (
	// firstDistricts is the number of districts that the map and the page of a service
	// list; the table of districts has the rest.
	firstDistricts = 12
	// Bounds of the table of districts, for one country and for each of several.
	mostDistricts     = 400
	mostDistrictsEach = 100
	// openDistricts is the number of rows of the table that are not collapsed.
	openDistricts = 60
)

// districtTable is the reports of a country by district. The rows and the rest of a
// whole table add up to the total.
type districtTable struct {
	*layout
	Name     string // of the country
	Heading  string
	Span     string
	Compared bool // some row has a normal
	Rows     []districtRow
	Others   []districtRow // collapsed at first
	More     string        // their label
	Rest     []fact        // reports that are in no row, and the total
	Note     string        // how many rows are left out
	Path     string        // the whole table, "" on its page
	Data     string        // the table as CSV
}

type districtRow struct {
	Name, Path, Region        string
	Reports, Expected, Status string
	area                      outage.Area
}

// districts reads the districts of a country that match a search.
func (q *request) districts(ctx context.Context, state address.MapState, country outage.Country, most int) (districtTable, bool) {
	table := districtTable{layout: q.layout, Name: q.CountryName(country)}
	table.Heading = q.T("districts.heading", "in", q.InCountry(country))
	read, err := q.read.readings.Places(ctx, state.Service, country, outage.LevelDistrict, state.Shown())
	if err != nil {
		q.read.miss(err, "districts")
		return table, false
	}
	until := min(read.Span.To, outage.MinuteOf(q.read.asOf))
	table.Span = q.TimeSpan(read.Span.From.Time(), max(until, read.Span.From).Time(), country)
	found := q.words.matching(read.Places, state.Find)
	for _, place := range found[:min(len(found), most)] {
		table.Compared = table.Compared || place.Expected != nil
		row := q.words.districtRow(place)
		row.Path = q.areaLink(row.area).Path
		table.Rows = append(table.Rows, row)
	}
	if len(table.Rows) < len(read.Places) {
		table.Note = q.T("districts.some", "n", int64(len(read.Places)), "shown", int64(len(table.Rows)))
	}
	table.Rest = restOf(q.Localizer, read)
	table.Path = state.WithLevel(address.LevelDistrict).WithCountry(country).Path()
	table.Data = districtData(state, country, read.Span)
	return table, true
}

// collapse leaves the first rows open, and all where few would be left.
func (t *districtTable) collapse() {
	if len(t.Rows) < openDistricts+firstDistricts {
		return
	}
	t.Rows, t.Others = t.Rows[:openDistricts], t.Rows[openDistricts:]
	t.More = t.T("districts.more", "n", int64(len(t.Others)))
}

// matching are the places whose district or region has a text in its name, in the
// language of the page or in English.
func (w *wording) matching(places []public.PlaceCount, text string) (found []public.PlaceCount) {
	key := locale.Key(text)
	if key == "" {
		return places
	}
	for _, place := range places {
		names := []string{w.districtName(place.District), w.shapes.DistrictName(place.District, locale.Default), w.regionName(place.Region), w.shapes.RegionName(place.Region, locale.Default)}
		for _, name := range names {
			if strings.Contains(locale.Key(name), key) {
				found = append(found, place)
				break
			}
		}
	}
	return found
}

func (w *wording) districtRow(place public.PlaceCount) districtRow {
	row := districtRow{
		Name: w.districtName(place.District), Region: w.regionName(place.Region), Reports: w.Int(place.Reports),
		area:     outage.Area{Country: place.Region.Country(), Region: place.Region, District: place.District},
		Expected: "–", Status: w.T("status.new"), // without a normal no word compares with it
	}
	if place.Expected != nil {
		row.Status = w.T("status." + string(place.Status))
		row.Expected = w.Amount(*place.Expected)
		if place.Ratio != nil && place.Status != outage.StatusUnknown && *place.Expected >= outage.LeastExpected {
			row.Status += ", " + w.ratioNumber(*place.Ratio) + "×"
		}
	}
	return row
}

// restOf are the reports of a table that are in no row, and the total.
func restOf(l *locale.Localizer, table public.PlaceTable) (rest []fact) {
	for _, part := range []struct {
		key string
		n   int64
	}{
		{"districts.unplaced", table.Unplaced}, {"districts.withheld", table.Withheld - table.NotYetPlaced}, {"districts.waiting", table.NotYetPlaced},
	} {
		if part.n > 0 {
			rest = append(rest, fact{l.T(part.key), l.Int(part.n)})
		}
	}
	return append(rest, fact{l.T("districts.total"), l.Int(table.Total)})
}

// districtData is the address of the table in the API.
func districtData(state address.MapState, country outage.Country, span outage.Span) string {
	query := url.Values{
		"level": {address.LevelDistrict}, "country": {string(country)},
		"from": {address.FormatMinute(span.From)}, "to": {address.FormatMinute(span.To)},
	}
	if state.Service != "" {
		query.Set("service", state.Service)
	}
	return "/api/v1/heatmap.csv?" + query.Encode()
}

// districtsPage is the table of all districts of a map state.
type districtsPage struct {
	request
	State     address.MapState
	Countries []link
	Tables    []districtTable
	Map       string
	AsOf      []locale.Time
}

// DistrictsPage is the whole table of districts.
func (s *Builder) DistrictsPage(ctx context.Context, at address.Address, state address.MapState) *districtsPage {
	page := &districtsPage{request: s.requestIn(at, state.Country), State: state}
	page.Title, page.Summary, page.Index = page.T("districts.title"), page.T("districts.summary"), false
	if service, ok := s.config.Services.Service(state.Service); ok {
		page.Title = page.T("districts.title.of", "service", page.ServiceName(service))
	}
	countries, most := state.Countries(s.config.Services), mostDistrictsEach
	if len(countries) == 1 {
		most = mostDistricts
	}
	for _, country := range countries {
		if table, ok := page.districts(ctx, state, country, most); ok {
			table.collapse()
			table.Path = ""
			if len(countries) > 1 {
				table.Path = state.WithCountry(country).Path()
			}
			page.Tables = append(page.Tables, table)
		}
		page.AsOf = append(page.AsOf, page.TimeOfDay(page.read.asOf, country))
	}
	page.Map = state.WithLevel("").Path()
	page.choices()
	return page
}

// choices links to the table of each country that the service is used in.
func (page *districtsPage) choices() {
	countries := page.State.WithCountry("").Countries(page.builder.config.Services)
	page.Countries = page.countryLinks(countries)
	for i := range page.Countries {
		chosen := outage.Country("") // the first link is for all together
		if i > 0 {
			chosen = countries[i-1]
		}
		page.Countries[i].Path, page.Countries[i].Current = page.State.WithCountry(chosen).Path(), chosen == page.State.Country
	}
}

// Action is the address that the search is sent to, Hidden the other parameters.
func (page *districtsPage) Action() string {
	return address.Address{Lang: page.At.Lang, Leaf: address.LeafMap}.Path()
}

func (page *districtsPage) Hidden() (kept []fact) {
	query := page.State.WithFind("").Query()
	for _, name := range []string{"service", "country", "show", "from", "to", "t", "each", "level"} {
		if value := query.Get(name); value != "" {
			kept = append(kept, fact{name, value})
		}
	}
	return kept
}

// Path is the address without the time, Languages links to the same table.
func (page *districtsPage) Path() string {
	return address.CurrentMap(page.State.Lang, page.State.Service, page.State.Country).WithLevel(address.LevelDistrict).Path()
}

func (page *districtsPage) Languages() []link {
	links := page.layout.Languages()
	for i := range links {
		links[i].Path = page.State.WithLang(links[i].Lang).Path()
	}
	return links
}
