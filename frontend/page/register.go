package page

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/public/register"
)

// Bounds of the page; the files have the rest.
const (
	listedEditions = 40
	listedRows     = 50
	listedHours    = 50
	firstHours     = 10 // regions that are not collapsed
)

// registerPage is the register: its files, the incidents of a quarter, and the hours of
// incident in it.
type registerPage struct {
	request
	Countries []link
	Editions  []editionRow
	Quarter   string
	Intro     string // how many incidents the quarter has, and how many are listed
	Rows      []incidentRow
	Hours     []hoursOf
	File      string // the file of the quarter, without its suffix
	Summed    string // the hours of the quarter in the API
	query     string
	AsOf      []locale.Time
}

// editionRow is a version of the file of a quarter.
type editionRow struct {
	Quarter   link
	Version   string
	Incidents int64
	File      string // its address without the suffix
}

// incidentRow is an incident of the quarter.
type incidentRow struct {
	link
	Where, Cause, Lasted, Total string
	Start                       locale.Time
}

// hoursOf is the hours of incident at one level of places: what is seen at once, nil for
// nothing, and what is collapsed.
type hoursOf struct{ First, Rest *hoursTable }

type hoursTable struct {
	*layout
	Heading, Column, More string
	Rows                  []hoursRow
}

type hoursRow struct {
	Place, Region, Service, Lasted string
	Incidents                      int64
}

// RegisterPage is the register with the incidents of a quarter, "" for the one under
// way. The error is about the quarter.
func (s *Builder) RegisterPage(at address.Address, text string) (*registerPage, error) {
	page := &registerPage{request: s.request(at)}
	page.Title, page.Summary = page.T("register.title"), page.T("register.summary")
	if at.Country != "" {
		page.Title = page.T("register.title.in", "in", page.InCountry(at.Country))
	}
	quarter := register.QuarterOf(page.read.asOf)
	if text != "" {
		chosen, ok := register.ParseQuarter(text)
		if !ok {
			return nil, outage.Invalid("quarter", "It must be a quarter such as 2026-Q3.")
		}
		if _, _, known := s.config.Register.Current(chosen); !known {
			return nil, &outage.Error{Code: outage.CodeNotFound}
		}
		quarter, page.query = chosen, "?quarter="+chosen.String()
	}
	page.Index = page.Index && page.query == ""
	page.Countries = page.countryLinks(at.WithCountry("").Countries(outage.Service{}))
	for i := range page.Countries {
		page.Countries[i].Path += page.query
	}
	page.Quarter, page.File = page.quarterName(quarter), registerPath(quarter.String())
	page.editions(quarter)
	page.incidents(quarter)
	page.hours(quarter)
	page.AsOf = []locale.Time{page.TimeOfDay(page.registerAsOf(), page.zone())}
	return page, nil
}

// registerAsOf is that of the rows of the register, which are some minutes older than
// other numbers.
func (q *request) registerAsOf() time.Time {
	if made := q.builder.config.Register.AsOf(); !made.IsZero() {
		return made
	}
	return q.read.asOf
}

// registerPath is the address of a file of the register without its suffix.
func registerPath(name string) string { return "/register/" + name }

// quarterName is a quarter by its months.
func (page *registerPage) quarterName(quarter register.Quarter) string {
	month := func(at time.Time) string { return page.T("month." + strconv.Itoa(int(at.Month()))) }
	return page.T("register.quarter", "from", month(quarter.Start()), "to", month(quarter.End().AddDate(0, 0, -1)),
		"year", page.Digits(strconv.Itoa(quarter.Year)))
}

// editions lists the files, the newest first.
func (page *registerPage) editions(shown register.Quarter) {
	all := page.builder.config.Register.Editions()
	slices.Reverse(all)
	for _, edition := range all[:min(len(all), listedEditions)] {
		row := editionRow{
			Quarter:   link{Path: page.At.Path() + "?quarter=" + edition.Quarter.String(), Text: page.quarterName(edition.Quarter), Current: edition.Quarter == shown},
			Version:   page.T("register.provisional"),
			Incidents: int64(edition.Incidents), File: registerPath(edition.Quarter.String()),
		}
		if !edition.Provisional() {
			row.Version = page.T("register.version", "version", page.Int(int64(edition.Version)), "date", page.Date(edition.CreatedAt, ""))
			row.File += fmt.Sprintf(".v%d", edition.Version)
		}
		page.Editions = append(page.Editions, row)
	}
}

// incidents lists those of the quarter, the latest opened first.
func (page *registerPage) incidents(quarter register.Quarter) {
	rows := page.builder.config.Register.Rows(register.Filter{Year: quarter.Year, Quarter: quarter.Number, Country: page.At.Country})
	slices.Reverse(rows)
	listed := rows[:min(len(rows), listedRows)]
	page.Intro = page.T("register.count", "n", int64(len(rows)))
	if len(listed) < len(rows) {
		page.Intro = page.T("register.count.most", "n", int64(len(rows)), "most", int64(len(listed)))
	}
	for _, row := range listed {
		page.Rows = append(page.Rows, page.incidentRow(row, time.Time{}))
	}
}

// incidentRow formats an incident for a table. Its start has a date unless that is the one
// of another instant.
func (q *request) incidentRow(row register.Row, on time.Time) incidentRow {
	in := public.Incident{Country: row.Country, Footprint: public.Footprint{Scope: row.Scope, Regions: row.Regions}}
	name := q.words.serviceNamed(row.Service)
	result := incidentRow{
		link:   link{Path: q.incidentPath(row.ID), Text: q.T("incident.of.service", "service", name, "in", q.InCountry(row.Country))},
		Where:  q.words.where(in, namedRegions),
		Start:  locale.Time{Machine: row.Start.UTC().Format(time.RFC3339)},
		Lasted: q.Duration(time.Duration(row.Duration) * time.Second),
		Total:  "–",
	}
	result.Start.Text = q.DateUnlessSameDay(q.TimeOfDay(row.Start, row.Country).Text, row.Start, on, row.Country)
	if row.Total != nil {
		result.Total = q.Int(*row.Total)
	}
	switch {
	case row.State != outage.StateResolved:
		result.Lasted = q.T("register.lasts", "lasted", result.Lasted)
	case row.End == nil:
		result.Lasted = q.T("state.unknown")
	}
	if row.Verdict == outage.LikelyCollateral && row.Cause != nil && *row.Cause != row.Service {
		result.Cause = q.T("register.cause", "cause", q.words.serviceNamed(*row.Cause))
	}
	return result
}

// hours adds up the time of the quarter that each region and district had incidents.
// One that opened in an earlier quarter may reach into it.
func (page *registerPage) hours(quarter register.Quarter) {
	rows := page.builder.config.Register.Rows(register.Filter{Country: page.At.Country})
	from, to := quarter.Start(), quarter.End()
	if soFar := page.registerAsOf().Add(time.Minute); soFar.Before(to) { // with the minute under way
		to = soFar
	}
	query := url.Values{"level": {string(register.LevelDistrict)}, "year": {strconv.Itoa(quarter.Year)}, "quarter": {strconv.Itoa(quarter.Number)}}
	if page.At.Country != "" {
		query.Set("country", string(page.At.Country))
	}
	page.Summed = "/api/v1/register/hours?" + query.Encode()
	for _, level := range []register.Level{register.LevelRegion, register.LevelDistrict} {
		all := register.HoursOf(rows, level, from, to)
		var rows []hoursRow
		for _, hours := range all[:min(len(all), listedHours)] {
			rows = append(rows, page.hoursRow(level, hours))
		}
		first := 0
		if level == register.LevelRegion {
			first = min(len(rows), firstHours)
		}
		table := hoursOf{First: page.hoursTable(level, rows[:first]), Rest: page.hoursTable(level, rows[first:])}
		if table.Rest != nil && first > 0 {
			table.Rest.More = page.T("register.hours.more", "n", int64(len(table.Rest.Rows)))
		}
		if len(rows) > 0 {
			page.Hours = append(page.Hours, table)
		}
	}
}

// hoursTable is a table of rows, nil without any.
func (page *registerPage) hoursTable(level register.Level, rows []hoursRow) *hoursTable {
	if len(rows) == 0 {
		return nil
	}
	heading := page.T("register.hours." + string(level))
	return &hoursTable{layout: page.layout, Heading: heading, More: heading, Column: page.T(string(level) + ".col"), Rows: rows}
}

func (page *registerPage) hoursRow(level register.Level, hours register.Hours) hoursRow {
	result := hoursRow{Service: page.words.serviceNamed(hours.Service), Incidents: int64(hours.Incidents), Lasted: page.Duration(hours.Duration)}
	if level == register.LevelRegion {
		result.Place = page.words.regionName(outage.Region(hours.Place))
		return result
	}
	district := outage.District(hours.Place)
	result.Place = page.words.districtName(district)
	if region := page.builder.config.Shapes.RegionOfDistrict(district); region != "" {
		result.Region = page.words.regionName(region)
	}
	return result
}

// Languages links to the same quarter in each language.
func (page *registerPage) Languages() []link {
	links := page.layout.Languages()
	for i := range links {
		links[i].Path += page.query
	}
	return links
}
