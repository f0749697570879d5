package frontend

import (
	"regexp"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The last parts of addresses that are not services.
const (
	leafAbout     = "about"
	leafCredits   = "credits"
	leafReport    = "report"
	leafThanks    = "thanks"
	leafIncidents = "incidents"
	leafMap       = "map"
	leafEmbed     = "embed"
	// leafStatus is the part of a page that changes by the minute.
	leafStatus = "status"
)

// showReports is the value of "show" that asks a map for plain counts.
const showReports = "reports"

// address is what the path of a page says: /[lang]/[country]/[service], then
// perhaps a leaf. Every part is optional. The default language is not written.
// An incident's id follows its leaf, and says the country itself.
type address struct {
	Lang    string // one of the languages, never ""
	Country outage.Country
	Service string
	Leaf    string
	ID      string // of an incident
	Show    string // what the map shows, "" for what is unusual
}

// incidentID is the form of an incident's id in lower case.
var incidentID = regexp.MustCompile(`^([a-z0-9-]{1,40}-(?:gb|in)-[0-9]{8})t([0-9]{4})z$`)

// parse reads a path. It is false for a path that is no page of this package,
// which includes services that do not exist or are not used in the country.
func (s *Site) parse(path string) (address, bool) {
	at := address{Lang: locale.Default}
	parts := strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' })
	if len(parts) > 0 && locale.Has(parts[0]) {
		at.Lang, parts = parts[0], parts[1:]
	}
	if len(parts) > 0 {
		if country, ok := countryOf(parts[0]); ok {
			at.Country, parts = country, parts[1:]
		}
	}
	if len(parts) == 1 && at.Country == "" && (parts[0] == leafAbout || parts[0] == leafCredits) {
		at.Leaf = parts[0]
		return at, true
	}
	if len(parts) == 1 && parts[0] == leafStatus {
		at.Leaf = leafStatus
		return at, true
	}
	if len(parts) == 1 && parts[0] == leafMap {
		at.Leaf = leafMap
		return at, true
	}
	if len(parts) > 0 && parts[0] == leafIncidents {
		return at.incidents(parts[1:])
	}
	if len(parts) > 0 {
		service, ok := s.Services.Service(parts[0])
		if !ok || at.Country != "" && !usedIn(service, at.Country) {
			return at, false
		}
		at.Service, parts = service.Slug, parts[1:]
	}
	if len(parts) == 1 && at.Service != "" && slices.Contains([]string{leafReport, leafThanks, leafStatus}, parts[0]) {
		at.Leaf, parts = parts[0], parts[1:]
	}
	return at, len(parts) == 0
}

// key tells the page apart from all others.
func (a address) key() string {
	if a.Show == "" {
		return a.path()
	}
	return a.path() + "?show=" + a.Show
}

// incidents reads what follows the word "incidents".
func (a address) incidents(rest []string) (address, bool) {
	a.Leaf = leafIncidents
	if len(rest) == 0 {
		return a, true
	}
	id := incidentID.FindStringSubmatch(rest[0])
	if len(rest) > 1 || id == nil {
		return a, false
	}
	a.Country, a.ID = "", id[1]+"T"+id[2]+"Z"
	return a, true
}

// langOf is the language that a path asks for, also where there is no page.
func (s *Site) langOf(path string) string {
	first, _, _ := strings.Cut(strings.Trim(path, "/"), "/")
	return locale.Known(strings.ToLower(first))
}

// path writes the address in its one canonical form.
func (a address) path() string {
	var b strings.Builder
	for _, part := range []string{a.langPart(), strings.ToLower(string(a.Country)), a.Service, a.Leaf, a.ID} {
		if part != "" {
			b.WriteString("/" + part)
		}
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

func (a address) langPart() string {
	if a.Lang == locale.Default {
		return ""
	}
	return a.Lang
}

// The with functions give the address of a neighbouring page.
func (a address) withLang(lang string) address         { a.Lang = lang; return a }
func (a address) withCountry(c outage.Country) address { a.Country = c; return a }
func (a address) withService(slug string) address {
	a.Service, a.Leaf, a.ID, a.Show = slug, "", "", ""
	return a
}
func (a address) withLeaf(leaf string) address { a.Leaf, a.ID, a.Show = leaf, "", ""; return a }

// countryOf reads a country's part of a path; people write uk for GB.
func countryOf(part string) (outage.Country, bool) {
	if part == "uk" {
		return outage.GB, true
	}
	country := outage.Country(strings.ToUpper(part))
	return country, country.Covered()
}

// usedIn reports whether people use a service in a country.
func usedIn(service outage.Service, country outage.Country) bool {
	return len(service.Country) == 0 || slices.Contains(service.Country, country)
}

// countries lists where a page counts: the country of the address, or all
// covered ones in which the service is used.
func (a address) countries(service outage.Service) []outage.Country {
	var shown []outage.Country
	for _, country := range outage.Countries() {
		if (a.Country == "" || a.Country == country) && usedIn(service, country) {
			shown = append(shown, country)
		}
	}
	return shown
}
