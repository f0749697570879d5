package frontend

import (
	"context"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Mail sends letters to those who ask for them. Its errors for the sender are *outage.Error.
type Mail interface {
	// Request sends a letter with a link to confirm. It blocks until a mail server has it.
	Request(ctx context.Context, from netip.Addr, mail string, of Letters) error
	// Requested is what the token of a link is about.
	Requested(ctx context.Context, token string) (Letters, error)
	// Confirm begins the letters of a token; whoever knows the id can end them.
	Confirm(ctx context.Context, token string) (of Letters, id string, err error)
	// End also succeeds for an id that is not there.
	End(ctx context.Context, id string) error
}

// Letters are those about a service in a country: about each opening and end of an incident,
// or, until it is back, one about the end of all.
type Letters struct {
	Service   string
	Country   outage.Country
	Lang      string
	UntilBack bool
}

// longestToken bounds what a link holds, in bytes.
const longestToken = 2000

// mailRoutes adds the steps of asking for letters, where the server sends any.
func (s *Site) mailRoutes(router fiber.Router) {
	if s.config.Mail == nil {
		return
	}
	router.Post("/follow/mail", s.requestMail)
	router.Get("/follow/confirm", s.askConfirmation)
	router.Post("/follow/confirm", s.confirmMail)
	router.Get("/follow/stop", s.askStop)
	router.Post("/follow/stop", s.stopMail)
}

func (s *Site) mailStep(c *fiber.Ctx, at address.Address, step page.MailStep, value string) error {
	return s.sendPrivate(c, fiber.StatusOK, "mail", s.builder.MailPage(at, step, value))
}

func (s *Site) requestMail(c *fiber.Ctx) error {
	if err := s.checkForm(c); err != nil {
		return err
	}
	at := homeOf(func(name string) string { return strings.ToLower(field(c, name)) })
	wanted := Letters{Service: field(c, "service"), Country: at.Country, Lang: at.Lang, UntilBack: field(c, "until_back") != ""}
	err := s.config.Mail.Request(c.UserContext(), s.config.ClientOf(c).Addr, field(c, "mail"), wanted)
	if err != nil {
		return inLanguage(c, at.Lang, err)
	}
	return s.mailStep(c, at, page.MailSent, "")
}

// askConfirmation shows a button: programs that scan letters open links.
func (s *Site) askConfirmation(c *fiber.Ctx) error {
	at, token := address.Address{Lang: locale.Known(strings.Clone(c.Query("lang")))}, bounded(c.Query("token"))
	of, err := s.config.Mail.Requested(c.UserContext(), token)
	if err != nil {
		return inLanguage(c, at.Lang, err)
	}
	at.Service, at.Country = of.Service, of.Country
	if of.UntilBack {
		return s.mailStep(c, at, page.MailConfirmBack, token)
	}
	return s.mailStep(c, at, page.MailConfirm, token)
}

func (s *Site) confirmMail(c *fiber.Ctx) error {
	if err := s.checkForm(c); err != nil {
		return err
	}
	at := address.Address{Lang: locale.Known(field(c, "lang"))}
	of, id, err := s.config.Mail.Confirm(c.UserContext(), bounded(string(c.Request().PostArgs().Peek("token"))))
	if err != nil {
		return inLanguage(c, at.Lang, err)
	}
	if of.UntilBack {
		return s.mailStep(c, at, page.MailConfirmedBack, id)
	}
	return s.mailStep(c, at, page.MailConfirmed, id)
}

func (s *Site) askStop(c *fiber.Ctx) error {
	return s.mailStep(c, address.Address{Lang: locale.Known(strings.Clone(c.Query("lang")))}, page.MailStop, bounded(c.Query("id")))
}

// stopMail ends letters. Providers of mailboxes call it for their users, without a form of the
// site (RFC 8058): who knows the id may.
func (s *Site) stopMail(c *fiber.Ctx) error {
	id, lang := bounded(c.Query("id")), strings.Clone(c.Query("lang"))
	if id == "" {
		id, lang = field(c, "id"), field(c, "lang")
	}
	at := address.Address{Lang: locale.Known(lang)}
	if err := s.config.Mail.End(c.UserContext(), id); err != nil {
		return inLanguage(c, at.Lang, err)
	}
	return s.mailStep(c, at, page.MailStopped, "")
}

// bounded copies a value; one that is too long is none.
func bounded(text string) string {
	if len(text) > longestToken {
		return ""
	}
	return strings.Clone(text)
}
