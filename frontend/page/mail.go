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
	// Those of one letter when a service is back.
	MailConfirmBack   MailStep = "confirm.back"
	MailConfirmedBack MailStep = "confirmed.back"
)

type mailPage struct {
	request
	Text, Action, Button string
	Name, Value          string // the field of the form
}

// MailPage is the page of a step; value is the token or id that its button sends.
func (s *Builder) MailPage(at address.Address, step MailStep, value string) *mailPage {
	page := &mailPage{request: s.request(address.Address{Lang: at.Lang}), Value: value}
	page.Index = false
	service, _ := s.config.Services.Service(at.Service)
	name, in := page.ServiceName(service), page.InCountry(at.Country)
	switch step {
	case MailSent:
		page.Title, page.Text = page.T("mail.sent"), page.T("mail.sent.text")
	case MailConfirm:
		page.Title, page.Text = page.T("mail.confirm", "service", name), page.T("mail.confirm.text", "in", in)
		page.button("confirm", "token", "mail.confirm.button")
	case MailConfirmBack:
		page.Title, page.Text = page.T("mail.confirm", "service", name), page.T("mail.confirm.back", "in", in)
		page.button("confirm", "token", "mail.confirm.button")
	case MailConfirmed, MailConfirmedBack:
		page.Title = page.T("mail." + string(step))
		page.button("stop", "id", "mail.stop.button")
	case MailStop:
		page.Title = page.T("mail.stop")
		page.button("stop", "id", "mail.stop.button")
	case MailStopped:
		page.Title = page.T("mail.stopped")
	}
	return page
}

// button is a form with one button: its address, its field and its text.
func (page *mailPage) button(leaf, name, text string) {
	page.Action, page.Name, page.Button = "/follow/"+leaf, name, page.T(text)
}

// mailCountries are those in which letters about a service can be asked for.
func (page *followPage) mailCountries(service outage.Service) (list []link) {
	for _, country := range page.At.Countries(service) {
		list = append(list, link{Path: string(country), Text: page.CountryName(country)})
	}
	return list
}
