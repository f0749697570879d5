package notify

import (
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// Letter is an e-mail to one address.
type Letter struct {
	To, Subject, Text string
	// Stop is where one POST ends the subscription (RFC 8058), "" for a letter that has none.
	Stop string
}

// ErrNoMailbox means that the server of an address has no such mailbox.
var ErrNoMailbox = errors.New("no such mailbox")

// Mailer sends letters. It blocks until the next server has taken one, or ctx ends.
type Mailer interface {
	Send(ctx context.Context, letter Letter) error
}

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

// request is what the link of a first letter holds. Nothing is stored before it is opened.
type request struct {
	Mail  string    `json:"m"`
	Until time.Time `json:"t"`
	Interest
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
		Text: words.T("letter.confirm", "site", s.site(), "service", service, "in", words.InCountry(of.Country)) + "\n\n" +
			s.page(of.Lang, "confirm", "token", token) + "\n\n" + words.T("letter.confirm.end"),
	}
	if err := s.config.Mailer.Send(ctx, letter); err != nil {
		return outage.Unavailable("sending a letter to confirm", redacted(err), "No letter can be sent now.", time.Minute)
	}
	return nil
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

const (
	mostMail    = 254 // bytes of an address, RFC 5321
	mailKeySize = 32
)

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

// mailKey is the secret of all servers over the store, for links and ids.
func (s *Service) mailKey(ctx context.Context) ([]byte, error) {
	key := make([]byte, mailKeySize)
	rand.Read(key) // never fails
	stored, err := s.config.Store.Claim(ctx, Entry{entryKeys, "mail", key})
	if err != nil {
		return nil, unavailableVisitors(err)
	}
	return stored, nil
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal encrypts a request, so that a link shows no address and cannot be made by others.
func seal(key []byte, of request) (string, error) {
	by, err := sealer(key)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(of)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(by.Seal(nil, nil, text, nil)), nil
}

func open(key []byte, token string) (of request, err error) {
	by, err := sealer(key)
	if err != nil {
		return of, err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return of, err
	}
	text, err := by.Open(nil, nil, sealed, nil)
	if err != nil {
		return of, err
	}
	return of, json.Unmarshal(text, &of)
}

// wordsOf are the words of an interest, and the name of its service.
func (s *Service) wordsOf(of Interest) (words *locale.Localizer, service string) {
	words = locale.New(of.Lang, of.Country)
	found, _ := s.config.Services.Service(of.Service)
	return words, words.ServiceName(found)
}

func (s *Service) site() string { return cmp.Or(s.config.Site, "Downpour") }

// page is a page of the site about letters.
func (s *Service) page(lang, leaf, name, value string) string {
	return s.config.PublicURL + "/follow/" + leaf + "?" + url.Values{name: {value}, "lang": {lang}}.Encode()
}

// letter sends an event as a letter.
func (s *Service) letter(ctx context.Context, v *Visitor, event *Event) Delivery {
	began := time.Now()
	result := Delivery{At: began.UTC()}
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	title, text := s.notice(v.Lang, &event.Incident)
	words := locale.New(v.Lang, v.Country)
	letter := Letter{To: v.Mail, Subject: title}
	letter.Text = text + "\n\n" + s.config.PublicURL + s.incidentPath(v.Lang, event.Incident.ID) + "\n"
	if !v.UntilBack {
		letter.Stop = s.page(v.Lang, "stop", "id", v.ID)
		letter.Text += "\n-- \n" + words.T("push.stop") + ": " + letter.Stop + "\n"
	}
	if err := s.config.Mailer.Send(ctx, letter); err != nil {
		result.Error, result.gone = redacted(err).Error(), errors.Is(err, ErrNoMailbox)
	}
	result.Millis = time.Since(began).Milliseconds()
	return result
}

// redacted is an error of sending without the address that it may repeat.
func redacted(err error) error {
	if errors.Is(err, ErrNoMailbox) {
		return ErrNoMailbox
	}
	return errors.New("the mail server did not take it")
}
