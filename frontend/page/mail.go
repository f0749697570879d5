package page

import (
	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

// MailStep is a step of asking for letters, or of ending them.
type MailStep string

// The steps. Those that change something are buttons: programs that scan letters open links.
const (
	MailSent      MailStep = "sent"
	MailConfirm   MailStep = "confirm"
	MailConfirmed MailStep = "confirmed"
	MailStop      MailStep = "stop"
	MailStopped   MailStep = "stopped"
)

type mailPage struct {
	request
	Text, Action, Button string
	Name, Value          string // the field of the form
}

// MailPage is the page of a step; value is the token or id that its button sends.
func (s *Builder) MailPage(at address.Address, step MailStep, value string) *mailPage {
	page := &mailPage{request: s.request(address.Address{Lang: at.Lang}), Action: "/follow/" + string(step), Value: value}
	page.Index = false
	service, _ := s.config.Services.Service(at.Service)
	page.Title = page.T("mail."+string(step), "service", page.ServiceName(service))
	switch step {
	case MailSent:
		page.Text = page.T("mail.sent.text")
	case MailConfirm:
		page.Text, page.Button, page.Name = page.T("mail.confirm.text", "in", page.InCountry(at.Country)), page.T("mail.confirm.button"), "token"
	case MailStop:
		page.Button, page.Name = page.T("mail.stop.button"), "id"
	}
	return page
}

// mailCountries are those in which letters about a service can be asked for.
func (page *followPage) mailCountries(service outage.Service) (list []link) {
	for _, country := range page.At.Countries(service) {
		list = append(list, link{Path: string(country), Text: page.CountryName(country)})
	}
	return list
}
