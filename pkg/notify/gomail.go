package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// SMTP sends letters through one server. It is safe for concurrent use.
type SMTP struct {
	host    string
	options []gomail.Option
	from    *mail.Address
}

// NewSMTP is a sender for an address of the form smtp://user:password@host:port, or smtps://
// for TLS from the start. With smtp:// a server must offer STARTTLS, unless it is on this
// machine.
func NewSMTP(server, from string) (*SMTP, error) {
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, errors.New("the sender must be an e-mail address, such as Downpour <alerts@example.org>")
	}
	at, err := url.Parse(server)
	if err != nil || at.Hostname() == "" || at.Scheme != "smtp" && at.Scheme != "smtps" || at.Path != "" && at.Path != "/" {
		return nil, errors.New("it is not of the form smtp://user:password@host:587 or smtps://…:465")
	}
	made := &SMTP{host: at.Hostname(), from: sender, options: []gomail.Option{gomail.WithTimeout(sendFor), gomail.WithTLSPolicy(gomail.TLSMandatory)}}
	if address := net.ParseIP(at.Hostname()); at.Hostname() == "localhost" || address != nil && address.IsLoopback() {
		made.options = append(made.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	if at.Scheme == "smtps" {
		made.options = append(made.options, gomail.WithSSL(), gomail.WithPort(465))
	}
	if at.Port() != "" {
		port, err := strconv.Atoi(at.Port())
		if err != nil {
			return nil, errors.New("the port is not a number")
		}
		made.options = append(made.options, gomail.WithPort(port))
	}
	if at.User != nil {
		password, _ := at.User.Password()
		made.options = append(made.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(at.User.Username()), gomail.WithPassword(password))
	}
	return made, nil
}

// Send is that of Mailer. A letter is plain text: nothing in it tells whether it was read.
func (s *SMTP) Send(ctx context.Context, letter Letter) error {
	message := gomail.NewMsg()
	message.FromMailAddress(s.from)
	if err := message.To(letter.To); err != nil {
		return fmt.Errorf("addressing a letter: %w", err)
	}
	if letter.ID != "" {
		_, host, _ := strings.Cut(s.from.Address, "@")
		message.SetMessageIDWithValue(letter.ID + "@" + host)
	}
	message.Subject(letter.Subject)
	message.SetBodyString(gomail.TypeTextPlain, letter.Text)
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	if letter.Stop != "" {
		message.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribe, "<"+letter.Stop+">")
		message.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return fmt.Errorf("preparing to send a letter: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, message)
	var refused *gomail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.Reason == gomail.ErrSMTPRcptTo {
		return fmt.Errorf("%w: %w", ErrNoMailbox, err)
	}
	return err
}
