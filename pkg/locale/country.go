package locale

import (
	"slices"

	"golang.org/x/text/language"

	"github.com/open-downpour/downpour/pkg/outage"
)

// longestHeader is how many bytes of an Accept-Language header are read.
const longestHeader = 200

// CountryOf is the covered country that an Accept-Language header tells of: that of the
// most wanted language with a region, else the only one in which the most wanted
// language is spoken, and "" where neither is known.
func CountryOf(acceptLanguage string) outage.Country {
	if len(acceptLanguage) > longestHeader {
		return ""
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return ""
	}
	for _, tag := range tags {
		if region, sure := tag.Region(); sure == language.Exact {
			if country := outage.Country(region.String()); country.Covered() {
				return country
			}
		}
	}
	for _, tag := range tags {
		if _, sure := tag.Region(); sure == language.Exact { // of another country
			continue
		}
		base, _ := tag.Base()
		if country, ok := onlyCountry(base.String()); ok {
			return country
		}
	}
	return ""
}

// onlyCountry is the covered country in which a language is spoken, if it is one.
func onlyCountry(lang string) (only outage.Country, ok bool) {
	for _, country := range outage.Countries() {
		if !slices.Contains(country.Languages(), lang) {
			continue
		}
		if ok {
			return "", false
		}
		only, ok = country, true
	}
	return only, ok
}
