package notify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/locale"
)

// Letter is an e-mail to one address.
type Letter struct {
	To, Subject, Text string
	// ID is the same for a letter that is sent again after a crash, so that a mailbox shows it
	// once; "" for a letter that is sent once. It has no more than letters, digits and dots.
	ID string
	// Stop is where one POST ends the subscription (RFC 8058), "" for a letter that has none.
	Stop string
}

// ErrNoMailbox means that the server of an address has no such mailbox.
var ErrNoMailbox = errors.New("no such mailbox")

// Mailer sends letters. It blocks until the next server has taken one, or ctx ends.
type Mailer interface {
	Send(ctx context.Context, letter Letter) error
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
	letter := Letter{To: v.Mail, Subject: title, ID: letterID(v, event)}
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

// letterID is that of the letter about an event. Whoever forwards it gives away no id of a
// subscription.
func letterID(v *Visitor, event *Event) string {
	sum := sha256.Sum256([]byte(v.ID + "\n" + event.ID))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// redacted is an error of sending without the address that it may repeat.
func redacted(err error) error {
	if errors.Is(err, ErrNoMailbox) {
		return ErrNoMailbox
	}
	return errors.New("the mail server did not take it")
}
