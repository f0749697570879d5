package page

import (
	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

// link is one choice of a switch.
type link struct {
	Path, Text, Lang string
	Current          bool
}

// links are the addresses near that of a page.
type links struct{ At address.Address }

// Home is the start in the language and the country of the page, Prose a page of
// text, Service the page of a service.
func (k links) Home() string               { return address.Address{Lang: k.At.Lang, Country: k.At.Country}.Path() }
func (k links) Path() string               { return k.At.Path() }
func (k links) Prose(leaf string) string   { return address.Address{Lang: k.At.Lang, Leaf: leaf}.Path() }
func (k links) Service(slug string) string { return k.At.WithService(slug).Path() }

// Map is the large map, of the country of the page.
func (k links) Map() string { return address.CurrentMap(k.At.Lang, "", k.At.Country).Path() }

// Incidents is the list of incidents, of the country where the page has one.
func (k links) Incidents() string {
	return address.Address{Lang: k.At.Lang, Country: k.At.Country, Leaf: address.LeafIncidents}.Path()
}

// Register is the register of incidents, of the country where the page has one.
func (k links) Register() string {
	return address.Address{Lang: k.At.Lang, Country: k.At.Country, Leaf: address.LeafRegister}.Path()
}

// incidentPath is the address of an incident in the language of the page.
func (k links) incidentPath(id string) string {
	return address.Address{Lang: k.At.Lang, Leaf: address.LeafIncidents, ID: id}.Path()
}

// countryLinks links to this page for all countries together and for each.
func (q *request) countryLinks(shown []outage.Country) []link {
	if len(shown) < 2 {
		return nil
	}
	links := []link{{Path: q.At.WithCountry("").Path(), Text: q.T("country.all"), Current: q.At.Country == ""}}
	for _, country := range shown {
		links = append(links, link{
			Path: q.At.WithCountry(country).Path(), Text: q.CountryName(country), Current: q.At.Country == country,
		})
	}
	return links
}
