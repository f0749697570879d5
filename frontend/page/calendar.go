package page

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public/register"
)

// calendarPage is a year, a month or a day: the incidents of each day, by the calendar
// of the country of each, as the register has them.
type calendarPage struct {
	request
	Countries      []link
	Up             link   // the month of a day, the year of a month, the list of a year
	Earlier, Later link   // without an address where nothing is known
	Sentence       string // that there is nothing, and why
	Months         []calendarMonth
	Sections       []daySection // of a day, by country
	Legend         []severityKey
	Days           string // whose they are
	AsOf           []locale.Time
	rows           []register.Row
	first, last    string // the first and the last day of which anything is known
}

// calendarMonth is a month in weeks of seven days, Monday first.
type calendarMonth struct {
	*layout
	Name  link
	Weeks [][7]calendarDay
}

// calendarDay is a day of a month, the zero day one that belongs to another month.
type calendarDay struct {
	Number, Path string // no path for a day of which nothing is known
	Drops        string // the status whose drops stand for the worst severity
	Text         string // how many incidents, and the worst severity
	Today        bool
}

// daySection is the incidents of a day in one country, those with most reports first.
type daySection struct {
	Country string
	Rows    []incidentRow
	More    string // how many are left out
}

type severityKey struct{ Drops, Text string }

// calendarRows is the most incidents of a country that a day lists.
const calendarRows = 50

// calendar is the page of a date. The error is that the date is in the future.
func (s *Builder) calendar(at address.Address) (*calendarPage, error) {
	page := &calendarPage{request: s.request(at)}
	page.rows = s.config.Register.Rows(register.Filter{Country: at.Country})
	page.known(s.config.Register.Rows(register.Filter{}))
	from, to := at.Date.Start().Format(time.DateOnly), at.Date.End().Format(time.DateOnly)
	if from > page.last {
		return nil, &outage.Error{Code: outage.CodeNotFound}
	}
	page.Title, page.Summary = page.T("incidents.title")+": "+page.dateName(at.Date), page.T("incidents.summary")
	if at.Country != "" {
		page.Title = page.T("incidents.title.in", "in", page.InCountry(at.Country)) + ": " + page.dateName(at.Date)
	}
	page.Countries = page.countryLinks(outage.Countries())
	page.navigate()
	days := register.DaysOf(page.rows, from, to, page.read.asOf)
	switch {
	case to < page.first:
		page.Sentence = page.T("calendar.before", "date", page.Date(page.day(page.first), ""))
	case len(days) == 0:
		page.Sentence = page.T("calendar.none")
	}
	page.Index = page.Index && to >= page.first && (at.Date.Day == 0 || len(days) > 0)
	if at.Date.Day > 0 {
		page.sections(from)
	} else {
		page.months(days)
	}
	var zones []string
	for _, country := range at.Countries(outage.Service{}) {
		zones = append(zones, page.Localizer.Zone(country))
		page.AsOf = append(page.AsOf, page.TimeOfDay(page.registerAsOf(), country))
	}
	page.Days = page.T("calendar.zone", "zone", strings.Join(zones, " · "))
	return page, nil
}

// known finds the days of which anything is known: from that of the first incident in any
// country to today, which begins in one country before it does in another.
func (page *calendarPage) known(all []register.Row) {
	for _, country := range page.At.Countries(outage.Service{}) {
		page.last = max(page.last, page.read.asOf.In(country.Zone()).Format(time.DateOnly))
	}
	page.first = page.last
	for _, row := range all {
		page.first = min(page.first, row.Start.In(row.Country.Zone()).Format(time.DateOnly))
	}
}

// day is a date as an instant.
func (page *calendarPage) day(date string) time.Time {
	at, _ := time.Parse(time.DateOnly, date) // written by this page
	return at
}

// dateName is a day, a month with its year, or a year.
func (page *calendarPage) dateName(d address.Date) string {
	year := page.Digits(strconv.Itoa(d.Year))
	switch {
	case d.Month == 0:
		return year
	case d.Day == 0:
		return page.T("month."+strconv.Itoa(d.Month)) + " " + year
	}
	return page.Date(d.Start(), "")
}

func (page *calendarPage) dateLink(d address.Date) link {
	return link{Path: page.At.WithDate(d).Path(), Text: page.dateName(d)}
}

// navigate links to the dates around, as far as anything is known of them.
func (page *calendarPage) navigate() {
	d := page.At.Date
	switch {
	case d.Day > 0:
		page.Up = page.dateLink(address.Date{Year: d.Year, Month: d.Month})
	case d.Month > 0:
		page.Up = page.dateLink(address.Date{Year: d.Year})
	default:
		page.Up = link{Path: page.Incidents(), Text: page.T("incidents.all")}
	}
	if earlier := d.Moved(-1); earlier.End().Format(time.DateOnly) >= page.first {
		page.Earlier = page.dateLink(earlier)
	}
	if later := d.Moved(1); later.Start().Format(time.DateOnly) <= page.last {
		page.Later = page.dateLink(later)
	}
}

// sections lists the incidents of a day by country.
func (page *calendarPage) sections(date string) {
	rows := register.On(page.rows, date, page.read.asOf)
	slices.SortStableFunc(rows, func(a, b register.Row) int {
		return cmp.Or(cmp.Compare(total(b), total(a)), cmp.Compare(b.Duration, a.Duration))
	})
	for _, country := range page.At.Countries(outage.Service{}) {
		section := daySection{Country: page.CountryName(country)}
		more, noon := -calendarRows, page.noon(country)
		for _, row := range rows {
			if row.Country != country {
				continue
			}
			if more++; more <= 0 {
				section.Rows = append(section.Rows, page.incidentRow(row, noon))
			}
		}
		if more > 0 {
			section.More = page.T("incidents.more", "n", int64(more))
		}
		if len(section.Rows) > 0 {
			page.Sections = append(page.Sections, section)
		}
	}
}

// noon is that of the day in a country.
func (page *calendarPage) noon(country outage.Country) time.Time {
	d := page.At.Date
	return time.Date(d.Year, time.Month(d.Month), d.Day, 12, 0, 0, 0, country.Zone())
}

// total is the reports of a row, fewer than any for one whose reports are not known.
func total(row register.Row) int64 {
	if row.Total == nil {
		return -1
	}
	return *row.Total
}

// months lays the days out in weeks.
func (page *calendarPage) months(days map[string]register.Day) {
	d := page.At.Date
	month, end := address.Date{Year: d.Year, Month: max(d.Month, 1)}, d.Moved(1)
	for ; month.Start().Before(end.Start()); month = month.Moved(1) {
		page.Months = append(page.Months, page.month(month, days))
	}
	for _, severity := range []outage.Severity{outage.SeverityMinor, outage.SeverityMajor, outage.SeverityCritical} {
		page.Legend = append(page.Legend, severityKey{string(marks[severity]), page.T("severity." + string(severity))})
	}
}

func (page *calendarPage) month(month address.Date, days map[string]register.Day) calendarMonth {
	made := calendarMonth{layout: page.layout, Name: page.dateLink(month)}
	if month.Start().Format(time.DateOnly) > page.last || month.End().Format(time.DateOnly) < page.first || month == page.At.Date {
		made.Name.Path = ""
	}
	for at := month.Start(); !at.After(month.End()); at = at.AddDate(0, 0, 1) {
		weekday := (int(at.Weekday()) + 6) % 7
		if at.Day() == 1 || weekday == 0 {
			made.Weeks = append(made.Weeks, [7]calendarDay{})
		}
		date := at.Format(time.DateOnly)
		made.Weeks[len(made.Weeks)-1][weekday] = page.calendarDay(at, date, days[date])
	}
	return made
}

func (page *calendarPage) calendarDay(at time.Time, date string, found register.Day) calendarDay {
	made := calendarDay{Number: page.Digits(strconv.Itoa(at.Day())), Today: date == page.last}
	if date >= page.first && date <= page.last {
		made.Path = page.At.WithDate(address.DayOf(at)).Path()
	}
	if found.Incidents > 0 {
		made.Drops = string(marks[found.Worst])
		made.Text = page.T("incidents.count", "n", int64(found.Incidents)) + ", " + page.T("severity."+string(found.Worst))
	}
	return made
}

// Weekdays are their short names, Monday first.
func (m calendarMonth) Weekdays() (names []string) {
	for day := 1; day <= 7; day++ {
		names = append(names, m.T("calendar.weekday."+strconv.Itoa(day)))
	}
	return names
}

// Months are the last months that the calendar knows anything of, the newest first, at
// most so many.
func (s *Builder) Months(most int) (months []address.Date) {
	page := &calendarPage{request: s.request(address.Address{Lang: locale.Default})}
	page.known(s.config.Register.Rows(register.Filter{}))
	last := page.day(page.last)
	for month := (address.Date{Year: last.Year(), Month: int(last.Month())}); month.End().Format(time.DateOnly) >= page.first && len(months) < most; month = month.Moved(-1) {
		months = append(months, month)
	}
	return months
}
