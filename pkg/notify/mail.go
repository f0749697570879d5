package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"net/mail"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// confirmFor is how long the link of a first letter is valid.
const confirmFor = 24 * time.Hour

// mailLimits bound how many first letters go out, so that nobody can have the server fill
// somebody's mailbox, or many.
type mailLimits struct {
	mailbox *ratelimit.Limiter // by a hash of the address in the place of a network
	all     *rate.Limiter
}

func newMailLimits() mailLimits {
	return mailLimits{
		mailbox: ratelimit.New(ratelimit.Level{Network: ratelimit.Address, PerMinute: 3. / (24 * 60), Burst: 3}),
		all:     rate.NewLimiter(rate.Every(6*time.Second), 100),
	}
}

// RequestMail sends a letter with a link by which its owner confirms an address. Its errors
// for the sender are outage.Errors; CodeNotFound means that the server sends no letters.
func (s *Service) RequestMail(ctx context.Context, from netip.Addr, address string, of Interest) error {
	if s.config.Mailer == nil {
		return errNoMail()
	}
	address = strings.TrimSpace(address)
	if err := checkMail(address); err != nil {
		return err
	}
	if err := s.checkInterest(&of); err != nil {
		return err
	}
	of.Lang = locale.Known(of.Lang)
	key, err := s.mailKey(ctx)
	if err != nil {
		return err
	}
	if err := s.allowVisitor(from); err != nil {
		return err
	}
	if wait := s.letters.mailbox.Take(mailboxOf(address), 1, time.Now()); wait > 0 || !s.letters.all.Allow() {
		return &outage.Error{Code: outage.CodeLimited, Detail: "Too many letters to this address, or from this server.", RetryAfter: max(wait, time.Minute)}
	}
	token, err := seal(key, request{address, time.Now().Add(confirmFor).UTC(), of})
	if err != nil {
		return err
	}
	words, service := s.wordsOf(of)
	letter := Letter{
		To: address, Subject: words.T("mail.confirm", "service", service),
		Text: words.T(confirmText(of), "site", s.site(), "service", service, "in", words.InCountry(of.Country)) + "\n\n" +
			s.page(of.Lang, "confirm", "token", token) + "\n\n" + words.T("letter.confirm.end"),
	}
	if err := s.config.Mailer.Send(ctx, letter); err != nil {
		return outage.Unavailable("sending a letter to confirm", redacted(err), "No letter can be sent now.", time.Minute)
	}
	return nil
}

// confirmText names the text of a first letter.
func confirmText(of Interest) string {
	if of.UntilBack {
		return "letter.confirm.back"
	}
	return "letter.confirm"
}

func errNoMail() error {
	return &outage.Error{Code: outage.CodeNotFound, Detail: "This server sends no letters."}
}

// ConfirmMail stores the subscription of a link, and returns it. CodeGone is for a link that
// is wrong or too old.
func (s *Service) ConfirmMail(ctx context.Context, token string) (Visitor, error) {
	of, key, err := s.opened(ctx, token)
	if err != nil {
		return Visitor{}, err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(visitorID("", strings.ToLower(of.Mail), of.Interest)))
	id := "ms_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:16]))
	return s.subscribe(ctx, Visitor{ID: id, Interest: of.Interest, Mail: of.Mail})
}

// RequestedMail is what the link of a first letter is about.
func (s *Service) RequestedMail(ctx context.Context, token string) (Interest, error) {
	of, _, err := s.opened(ctx, token)
	return of.Interest, err
}

func (s *Service) opened(ctx context.Context, token string) (of request, key []byte, err error) {
	if s.config.Mailer == nil {
		return of, nil, errNoMail()
	}
	if key, err = s.mailKey(ctx); err != nil {
		return of, nil, err
	}
	if of, err = open(key, token); err != nil || time.Now().After(of.Until) {
		return of, nil, &outage.Error{Code: outage.CodeGone, Detail: "The link is not valid any more."}
	}
	return of, key, nil
}

const mostMail = 254 // bytes of an address, RFC 5321

func checkMail(address string) error {
	parsed, err := mail.ParseAddress(address)
	odd := func(r rune) bool { return r <= ' ' || r >= 0x7f }
	if err != nil || parsed.Address != address || len(address) > mostMail || strings.ContainsFunc(address, odd) || strings.ContainsAny(address, `"<>,;`) {
		return outage.Invalid("mail", "It must be an e-mail address.")
	}
	return nil
}

// mailboxOf is an address as one of the network, for a limiter. What follows a plus sign is the
// same mailbox.
func mailboxOf(address string) netip.Addr {
	name, host, _ := strings.Cut(strings.ToLower(address), "@")
	name, _, _ = strings.Cut(name, "+")
	sum := sha256.Sum256([]byte(name + "@" + host))
	return netip.AddrFrom16([16]byte(sum[:16]))
}
