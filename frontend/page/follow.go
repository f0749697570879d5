package page

import (
	"net/url"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// followPage lists the ways to hear of changes, for a service or a country.
type followPage struct {
	request
	Of    string // the service, or ""
	Atom  string
	JSON  string
	Badge string // "" where no service is followed
	Embed string // as Badge
	Back  string
	Push  []*push // in each country of the service
	Mail  []link  // countries for letters: code and name
}

// feedQuery is the query of feeds for an address.
func feedQuery(at address.Address) string {
	return public.FeedQuery(outage.IncidentFilter{Service: at.Service, Country: at.Country})
}

// FeedPath is the feed of what the page is about, for browsers and feed readers.
func (k links) FeedPath() string {
	at := k.At
	if at.ID != "" {
		at = address.Address{Service: serviceOf(at.ID)}
	}
	return public.AtomPath + feedQuery(at)
}

// serviceOf is the service of an incident: what stands before country and minute in its id.
func serviceOf(id string) string {
	parts := strings.Split(id, "-")
	for i := len(parts) - 1; i > 1; i-- {
		if len(parts[i]) == len("20261118T1048Z") && len(parts[i-1]) == 2 {
			return strings.Join(parts[:i-1], "-")
		}
	}
	return ""
}

// Follow is the page with the ways to follow what this page is about.
func (k links) Follow() string {
	if k.At.ID != "" {
		return address.Address{Lang: k.At.Lang, Service: serviceOf(k.At.ID), Leaf: address.LeafFollow}.Path()
	}
	return k.At.WithLeaf(address.LeafFollow).Path()
}

// FollowPage makes the page of an address. What is copied from it needs the address of
// the site.
func (s *Builder) FollowPage(at address.Address, base string) *followPage {
	page := &followPage{request: s.request(at), Back: at.WithLeaf("").Path()}
	page.publicURL = base
	page.Index = false
	query := feedQuery(at)
	page.Atom, page.JSON = page.Absolute(public.AtomPath+query), page.Absolute(public.JSONFeedPath+query)
	page.Title = page.T("follow.title")
	if service, ok := s.config.Services.Service(at.Service); ok {
		page.Of = page.ServiceName(service)
		page.Title += ": " + page.Of
		page.Badge, page.Embed = page.codes(service)
		page.addPush(service)
		if s.config.Mail {
			page.Mail = page.mailCountries(service)
		}
	}
	if at.Country != "" {
		page.Title += ", " + page.CountryName(at.Country)
	}
	return page
}

// addPush offers messages in each country of the page.
func (page *followPage) addPush(service outage.Service) {
	for _, country := range page.At.Countries(service) {
		of := page.push(service, country)
		if of == nil {
			return
		}
		if page.At.Country == "" {
			of.Where = page.CountryName(country)
		}
		page.Push = append(page.Push, of)
	}
}

// codes are the HTML of a badge and of a frame, to be copied.
func (page *followPage) codes(service outage.Service) (badge, embed string) {
	badge = `<a href="` + page.Absolute(page.Back) + `"><img src="` + page.Absolute("/badge/"+service.Slug+".svg"+page.frameQuery()) + `" alt="` + page.Of + `"></a>`
	return badge, page.frame(service, page.Of, frameWidth, frameHeight)
}

// frameQuery is the query of a badge and a frame for the country and language of the page.
func (f *request) frameQuery() string {
	query := url.Values{}
	if f.At.Country != "" {
		query.Set("country", string(f.At.Country))
	}
	if f.At.Lang != locale.Default {
		query.Set("lang", f.At.Lang)
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}
