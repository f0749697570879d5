package notifytest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Mailbox is an SMTP server that takes letters for all but nobody@example.org.
type Mailbox struct {
	// Address is host and port.
	Address string
	mutex   sync.Mutex
	letters []Letter
}

// Letter is what a mail program reads of one.
type Letter struct {
	To, Subject, Text string
	Header            mail.Header
}

// StartMailbox starts one on a free port. It ends with the test.
func StartMailbox(t testing.TB) *Mailbox {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	box := &Mailbox{Address: listener.Addr().String()}
	server := smtp.NewServer(box)
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // returns when it is closed
	t.Cleanup(func() {
		_ = server.Close()
		serving.Wait()
	})
	return box
}

// Letters are those for an address, the first one first.
func (m *Mailbox) Letters(to string) []Letter {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return slices.DeleteFunc(slices.Clone(m.letters), func(one Letter) bool { return one.To != to })
}

// NewSession is that of smtp.Backend.
func (m *Mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{box: m}, nil }

type session struct {
	box *Mailbox
	to  string
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == "nobody@example.org" {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	s.to = to
	return nil
}

// Data refuses what is no letter of plain text.
func (s *session) Data(r io.Reader) error {
	letter, err := read(r)
	if err != nil {
		return &smtp.SMTPError{Code: 554, Message: err.Error()}
	}
	letter.To = s.to
	s.box.mutex.Lock()
	defer s.box.mutex.Unlock()
	s.box.letters = append(s.box.letters, letter)
	return nil
}

func read(r io.Reader) (letter Letter, err error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return letter, err
	}
	letter.Header = message.Header
	of := message.Header.Get("Content-Type")
	if kind, _, err := mime.ParseMediaType(of); err != nil || kind != "text/plain" {
		return letter, fmt.Errorf("a letter of type %q", of)
	}
	if letter.Subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		return letter, err
	}
	if message.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		message.Body = quotedprintable.NewReader(message.Body)
	}
	text, err := io.ReadAll(message.Body)
	letter.Text = string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	return letter, err
}
