package page

import (
	"slices"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

type searchPage struct {
	request
	asked string
	Found []link
	Kinds []kind
	// Askable says that a service that was not found can be asked for, Asked that it was.
	Askable, Asked bool
	Called         string // the heading of the places
	Places         []link // that have pages
}

// kind is a category that the query names, with its services to choose from.
type kind struct {
	Name     string
	Advice   []string // whom to call
	Services []link
}

// Query is the text in the search field.
func (page *searchPage) Query() string { return page.asked }

// SearchPage lists the services, the kinds of services and the places that a query may
// mean.
func (s *Builder) SearchPage(at address.Address, query string, found outage.Found, places []address.Address) *searchPage {
	page := &searchPage{request: s.request(at)}
	page.asked, page.Index = query, false
	for _, service := range found.Services {
		page.Found = append(page.Found, page.linkTo(service))
	}
	for _, category := range found.Categories {
		kind := kind{Name: page.NameIn(s.config.Services.CategoryNames(category), category)}
		services := slices.DeleteFunc(slices.Clone(s.config.Services.Services()), func(service outage.Service) bool {
			return service.Category != category || len(at.Countries(service)) == 0
		})
		for _, service := range services {
			kind.Services = append(kind.Services, page.linkTo(service))
		}
		kind.Advice = page.advice(services...)
		page.Kinds = append(page.Kinds, kind)
	}
	page.Called = page.T("search.places", "query", query)
	for _, place := range places {
		if area, ok := s.config.Places.AreaOf(place.Country, place.Place); ok {
			page.Places = append(page.Places, link{Path: place.Path(), Text: page.words.areaWithin(area)})
		}
	}
	switch {
	case len(page.Found) > 0:
		page.Title = page.T("search.found", "query", query)
	case len(page.Kinds) > 0:
		page.Title = page.T("search.kinds", "query", query)
	case len(page.Places) > 0:
		page.Title, page.Called = page.Called, ""
	default:
		page.Title = page.T("search.none", "query", query)
	}
	return page
}

// linkTo is a link with the name of a service.
func (q *request) linkTo(service outage.Service) link {
	return link{Path: q.Service(service.Slug), Text: q.ServiceName(service), Lang: q.LangOf(service.Names)}
}
