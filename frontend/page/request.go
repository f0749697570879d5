package page

import (
	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// request holds what one page is made with: the layout for its template, the
// wording and the reader.
type request struct {
	*layout
	words   *wording
	read    *reader
	builder *Builder
}

// request starts a page. Numbers are written as its country writes them.
func (s *Builder) request(at address.Address) request {
	return s.requestIn(at, at.Country)
}

// requestIn starts a page whose numbers are written as a country writes them.
func (s *Builder) requestIn(at address.Address, country outage.Country) request {
	demo, now, readings := s.banner(), s.config.Now(), s.config.Readings()
	asOf := readings.Now()
	fresh := &freshness{partial: demo != nil && demo.Loading()}
	if now.Sub(asOf) > noticeAfter {
		fresh.outdated(asOf)
		fresh.away = true
	}
	localizer, near := locale.New(at.Lang, country), links{at}
	return request{
		layout: &layout{
			Localizer: localizer, links: near, Index: demo == nil, Icon: outage.StatusNormal,
			year: asOf.Year(), demo: demo, head: s.head, publicURL: s.config.PublicURL, operator: s.config.Operator, fresh: fresh,
		},
		words:   &wording{names: names{localizer, s.config.Services, s.config.Shapes}, links: near, asOf: asOf},
		read:    &reader{readings: readings, incidents: s.config.Incidents, lastGood: s.lastGood, now: now, asOf: asOf, log: s.config.Log, fresh: fresh},
		builder: s,
	}
}
