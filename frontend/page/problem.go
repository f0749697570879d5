package page

import (
	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

type problemPage struct {
	request
	Heading, Text string
	Back          string
}

// ProblemPage is the page of an error, with the possible remedy.
func (s *Builder) ProblemPage(lang string, known *outage.Error) *problemPage {
	page := &problemPage{request: s.request(address.Address{Lang: lang})}
	page.Index = false
	page.Heading = page.T("problem." + string(known.Code))
	page.Title = page.Heading
	page.Text = explain(page.Localizer, known)
	return page
}
