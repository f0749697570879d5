package address

import (
	"net/url"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Places knows regions and districts by their names. It does not block.
type Places interface {
	// Slugs are the names of a region or a district in addresses, the best first.
	Slugs(area outage.Area) []string
	// AreaOf is the region or the district of a slug in a country.
	AreaOf(country outage.Country, slug string) (outage.Area, bool)
	// Resolve reads any name of a place, or its postal code.
	Resolve(text string, country outage.Country) outage.Resolution
}

// ParsePlace reads the path of a place: /[lang]/country/place, for a path that Parse
// does not know. Any name of the place is read, and that of a town as the district that
// it lies in; the address has the one slug of it. It is false for what names no place
// for certain, and for a service that is not used in the country.
func ParsePlace(services Services, places Places, path string) (Address, bool) {
	at, parts := split(path)
	if at.Country == "" || len(parts) != 1 {
		return at, false
	}
	name, err := url.PathUnescape(parts[0])
	if err != nil {
		return at, false
	}
	if _, ok := services.Service(name); ok {
		return at, false
	}
	area, ok := places.AreaOf(at.Country, name)
	if !ok {
		area, ok = areaNamed(places, at.Country, strings.ReplaceAll(name, "-", " "))
	}
	if !ok {
		return at, false
	}
	return at.OfArea(services, places, area)
}

// areaNamed is the smallest area with a page that a name stands for.
func areaNamed(places Places, country outage.Country, name string) (outage.Area, bool) {
	found := places.Resolve(name, country)
	area := outage.Area{Country: found.Place.Country, Region: found.Place.Region, District: found.Place.District}
	return area, found.Understood && area.Country == country && area.Region != ""
}

// OfArea is the address of a region or a district in the language of another address;
// false for an area without a page. Pages of services and all that has an address in
// each country come first: an area whose best slug is taken by one of them has the next.
func (a Address) OfArea(services Services, places Places, area outage.Area) (Address, bool) {
	for _, slug := range places.Slugs(area) {
		at := Address{Lang: a.Lang, Country: area.Country, Place: slug}
		if _, taken := Parse(services, at.Path()); !taken {
			return at, true
		}
	}
	return Address{}, false
}
