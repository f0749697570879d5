package address

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The last parts of addresses that are not services.
const (
	LeafAbout     = "about"
	LeafCredits   = "credits"
	LeafFollow    = "follow"
	LeafOffline   = "offline"
	LeafReport    = "report"
	LeafThanks    = "thanks"
	LeafIncidents = "incidents"
	LeafMap       = "map"
	LeafEmbed     = "embed"
	LeafRegister  = "register"
	LeafVendors   = "vendors"
	// LeafStatus is the verdict alone, which has no address.
	LeafStatus = "status"
)

// ShowReports is the value of "show" that asks a map for plain counts.
const ShowReports = "reports"

// ChartSpans are the values of "chart", which ask for a longer chart.
var ChartSpans = []string{"24h", "7d", "90d"}

// Address is the path of a page: /[lang]/[country]/[service], then an optional
// leaf. Every part is optional. The default language is not written. The id of an
// incident follows its leaf and contains the country. A place stands where a service
// does, and always behind its country; a date where both could: /[lang]/[country]/2025/02/28.
type Address struct {
	Lang    string // one of the languages, never ""
	Country outage.Country
	Service string
	Place   string // the slug of a region or a district
	Date    Date   // of a page of the calendar
	Leaf    string
	ID      string // of an incident
	Show    string // what the map shows, "" for what is unusual
	Chart   string // how far back the chart goes, one of ChartSpans, "" for the last hours
}

// Services is the catalogue that addresses are checked against.
type Services interface {
	Service(slug string) (outage.Service, bool)
}

// incidentID is the form of an incident's id in lower case. The second and later ones
// that a service opens in a country in one minute have a number.
var incidentID = regexp.MustCompile(`^([a-z0-9-]{1,40}-[a-z]{2}-[0-9]{8})t([0-9]{4})z(-[0-9]{1,3})?$`)

// Parse reads a path. It is false for a path that is no page of this package,
// which includes services that do not exist or are not used in the country.
func Parse(services Services, path string) (Address, bool) {
	at, parts := split(path)
	if len(parts) == 1 && at.Country == "" && slices.Contains([]string{LeafAbout, LeafCredits, LeafVendors, LeafOffline}, parts[0]) {
		at.Leaf = parts[0]
		return at, true
	}
	if len(parts) == 1 && (parts[0] == LeafMap || parts[0] == LeafRegister || parts[0] == LeafFollow) {
		at.Leaf = parts[0]
		return at, true
	}
	if date, ok := parseDate(parts); ok {
		at.Date = date
		return at, true
	}
	if len(parts) > 0 && parts[0] == LeafIncidents {
		return at.incidents(parts[1:])
	}
	if len(parts) > 0 {
		service, ok := services.Service(parts[0])
		if !ok || at.Country != "" && !UsedIn(service, at.Country) {
			return at, false
		}
		at.Service, parts = service.Slug, parts[1:]
	}
	if len(parts) == 1 && at.Service != "" && slices.Contains([]string{LeafReport, LeafThanks, LeafFollow}, parts[0]) {
		at.Leaf, parts = parts[0], parts[1:]
	}
	return at, len(parts) == 0
}

// split reads the language and the country of a path, and gives the parts behind them.
func split(path string) (at Address, parts []string) {
	at.Lang = locale.Default
	parts = strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' })
	if len(parts) > 0 && locale.Has(parts[0]) {
		at.Lang, parts = parts[0], parts[1:]
	}
	if len(parts) > 0 {
		if country, ok := ParseCountry(parts[0]); ok {
			at.Country, parts = country, parts[1:]
		}
	}
	return at, parts
}

// Key identifies the page in the cache.
func (a Address) Key() string {
	if a.Show == "" && a.Chart == "" {
		return a.Path()
	}
	query := url.Values{}
	for name, value := range map[string]string{"show": a.Show, "chart": a.Chart} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return a.Path() + "?" + query.Encode()
}

// incidents reads what follows the word "incidents".
func (a Address) incidents(rest []string) (Address, bool) {
	a.Leaf = LeafIncidents
	if len(rest) == 0 {
		return a, true
	}
	id := incidentID.FindStringSubmatch(rest[0])
	if len(rest) > 1 || id == nil {
		return a, false
	}
	a.Country, a.ID = "", id[1]+"T"+id[2]+"Z"+id[3]
	return a, true
}

// LangOf is the language that a path asks for, also where there is no page.
func LangOf(path string) string {
	first, _, _ := strings.Cut(strings.Trim(path, "/"), "/")
	return locale.Known(strings.ToLower(first))
}

// Path writes the address in its one canonical form.
func (a Address) Path() string {
	var b strings.Builder
	for _, part := range []string{a.langPart(), strings.ToLower(string(a.Country)), a.Service, a.Place, a.Date.path(), a.Leaf, a.ID} {
		if part != "" {
			b.WriteByte('/')
			b.WriteString(part)
		}
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

func (a Address) langPart() string {
	if a.Lang == locale.Default {
		return ""
	}
	return a.Lang
}

// The With functions return the address with one part replaced.
func (a Address) WithLang(lang string) Address         { a.Lang = lang; return a }
func (a Address) WithCountry(c outage.Country) Address { a.Country = c; return a }
func (a Address) WithDate(d Date) Address              { a = a.WithService(""); a.Date = d; return a }
func (a Address) WithService(slug string) Address {
	a.Service, a.Place, a.Date, a.Leaf, a.ID, a.Show, a.Chart = slug, "", Date{}, "", "", "", ""
	return a
}
func (a Address) WithLeaf(leaf string) Address {
	a.Place, a.Date, a.Leaf, a.ID, a.Show, a.Chart = "", Date{}, leaf, "", "", ""
	return a
}
func (a Address) WithChart(span string) Address { a.Chart = span; return a }

// ParseCountry reads the country in a path, by its code or another name.
func ParseCountry(part string) (outage.Country, bool) { return outage.CountryNamed(part) }

// UsedIn reports whether people use a service in a country.
func UsedIn(service outage.Service, country outage.Country) bool {
	return len(service.Country) == 0 || slices.Contains(service.Country, country)
}

// Countries lists where a page counts: the country of the address, or all
// covered ones in which the service is used, first those in which the language of the
// address is spoken.
func (a Address) Countries(service outage.Service) []outage.Country {
	var shown []outage.Country
	for _, country := range outage.Countries() {
		if (a.Country == "" || a.Country == country) && UsedIn(service, country) {
			shown = append(shown, country)
		}
	}
	slices.SortStableFunc(shown, func(x, y outage.Country) int { return a.foreign(x) - a.foreign(y) })
	return shown
}

// foreign is 0 for a country in which the language of the address is spoken, else 1.
func (a Address) foreign(country outage.Country) int {
	if slices.Contains(country.Languages(), a.Lang) {
		return 0
	}
	return 1
}
