package page

import (
	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

// push is a link that a script makes a switch for messages on this device.
type push struct {
	Wish   string // service, country, and a region or "once" for the end only
	Text   string
	Path   string // the other ways to follow, for whom has no script
	Hidden bool   // without the script
	Where  string // the country, "" for that of the page
	request
}

// pushUntilBack offers one message when a service is back, nil where that is not offered.
func (f *request) pushUntilBack(service outage.Service, country outage.Country) *push {
	made := f.push(service, country)
	if made != nil {
		made.Wish, made.Text = made.Wish+" once", f.T("thanks.follow")
	}
	return made
}

// pushRegion offers messages about incidents of all services in a region.
func (f *request) pushRegion(region outage.Region) *push {
	if !f.builder.config.Push {
		return nil
	}
	path := address.Address{Lang: f.At.Lang, Country: region.Country(), Leaf: address.LeafFollow}.Path()
	return &push{Wish: " " + string(region.Country()) + " " + string(region), Text: f.T("push.follow"), Path: path, Hidden: true, request: *f}
}

// push offers messages about incidents of a service in a country.
func (f *request) push(service outage.Service, country outage.Country) *push {
	if !f.builder.config.Push || service.Slug == "" || country == "" {
		return nil
	}
	path := address.Address{Lang: f.At.Lang, Country: country, Service: service.Slug, Leaf: address.LeafFollow}.Path()
	return &push{Wish: service.Slug + " " + string(country), Text: f.T("push.follow"), Path: path, Hidden: true, request: *f}
}
