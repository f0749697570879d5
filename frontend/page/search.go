package page

import (
	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

type searchPage struct {
	request
	asked string
	Found []link
}

// Query is the text in the search field.
func (page *searchPage) Query() string { return page.asked }

// SearchPage lists the services that a query may mean.
func (s *Builder) SearchPage(at address.Address, query string, found []outage.Service) *searchPage {
	page := &searchPage{request: s.request(at), asked: query}
	page.Index = false
	page.Title = page.T("search.none", "query", query)
	if len(found) > 0 {
		page.Title = page.T("search.found", "query", query)
	}
	for _, service := range found {
		page.Found = append(page.Found, link{
			Path: page.Service(service.Slug), Text: page.ServiceName(service), Lang: page.LangOf(service.Names),
		})
	}
	return page
}
