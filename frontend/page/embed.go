package page

import (
	"context"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

type embedPage struct {
	request
	Name     string
	Verdicts []verdict
	Page     string // the page of the service
	AsOf     []locale.Time
}

// embedPage is the status of a service, for frames of other sites.
func (s *Builder) embedPage(ctx context.Context, at address.Address) *embedPage {
	service, _ := s.config.Services.Service(at.Service)
	page := &embedPage{request: s.request(at), Page: at.WithLeaf("").Path()}
	page.Index = false
	page.Name = page.ServiceName(service)
	page.Title = page.T("service.title", "service", page.Name)
	page.Verdicts = page.verdicts(ctx, service)
	for _, country := range at.Countries(service) {
		page.AsOf = append(page.AsOf, page.TimeOfDay(page.read.asOf, country))
	}
	return page
}

// BadgeText is the status of a service in a few words.
type BadgeText struct {
	Name, Message string
	Status        outage.Status
	Partial       bool // its health could not be read
}

// Badge is the worst status of a service in the countries of an address.
func (s *Builder) Badge(ctx context.Context, at address.Address) BadgeText {
	f := s.request(at)
	service, _ := s.config.Services.Service(at.Service)
	worst := f.verdicts(ctx, service)[0]
	result := BadgeText{Name: f.ServiceName(service), Message: f.T("badge." + string(worst.Status)), Status: worst.Status}
	if in := worst.health.Incident; in != nil {
		result.Message = f.words.because(result.Message, *in)
	}
	result.Message, result.Partial = f.marked(result.Message), f.fresh.partial
	return result
}
