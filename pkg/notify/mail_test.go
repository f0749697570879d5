package notify

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/notify/notifytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// TestSMTP sends letters to a server, and reads them as a mail program does.
func TestSMTP(t *testing.T) {
	box := notifytest.StartMailbox(t)
	sender, err := NewSMTP("smtp://"+box.Address, "Example Desk <alerts@example.org>")
	if err != nil {
		t.Fatal(err)
	}
	letter := Letter{To: "one@example.org", Subject: "Chat: সমস্যার", Text: "Since 15:18.\n", ID: "one.two", Stop: "https://downpour.example/follow/stop?id=ms_" + strings.Repeat("a", 60)}
	if err := sender.Send(context.Background(), letter); err != nil {
		t.Fatal(err)
	}
	read := box.Letters("one@example.org")[0]
	for name, want := range map[string]string{
		"From": `"Example Desk" <alerts@example.org>`, "To": "<one@example.org>", "List-Unsubscribe": "<" + letter.Stop + ">",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated", "Message-Id": "<one.two@example.org>",
	} {
		if got := read.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if read.Subject != letter.Subject || read.Text != letter.Text {
		t.Errorf("read %q, %q", read.Subject, read.Text)
	}
	letter.To = "nobody@example.org"
	if err := sender.Send(context.Background(), letter); !errors.Is(err, ErrNoMailbox) {
		t.Errorf("to nobody: %v", err)
	}
}

func TestSMTPSettings(t *testing.T) {
	for _, wrong := range [][2]string{{"https://h", "a@example.org"}, {"smtp://", "a@example.org"}, {"smtp://h/path", "a@example.org"}, {"smtp://h", "nobody"}} {
		if _, err := NewSMTP(wrong[0], wrong[1]); err == nil {
			t.Errorf("%v is taken", wrong)
		}
	}
	for _, right := range []string{"smtp://h", "smtps://user:pass@h", "smtp://user:pass@h:2525/"} {
		if _, err := NewSMTP(right, "Desk <a@example.org>"); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
}

// outbox is a Mailer that remembers.
type outbox struct {
	mutex   sync.Mutex
	letters []Letter
	err     error
}

func (o *outbox) Send(_ context.Context, letter Letter) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.err == nil {
		o.letters = append(o.letters, letter)
	}
	return o.err
}

// fails lets what is sent from now on fail, or succeed again for nil.
func (o *outbox) fails(err error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.err = err
}

func (o *outbox) sent() []Letter {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return slices.Clone(o.letters)
}

func mailing(t testing.TB, w *world, store Store) (*Service, *outbox) {
	t.Helper()
	s, box := service(t, w, store, &internet{}), &outbox{}
	s.config.Mailer = box
	return s, box
}

// linkOf is the value that the link in a letter has for a name.
func linkOf(t testing.TB, letter Letter, name string) string {
	t.Helper()
	for word := range strings.FieldsSeq(letter.Text) {
		if at, err := url.Parse(word); err == nil && at.Query().Get(name) != "" {
			return at.Query().Get(name)
		}
	}
	t.Fatalf("no link in %s", letter.Text)
	return ""
}

// TestLettersAfterConfirmation only, of the opening and the end, until one stops them.
func TestLettersAfterConfirmation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, store, ctx := &world{}, newMemory(nil), context.Background()
		s, box := mailing(t, w, store)
		if err := s.RequestMail(ctx, netip.Addr{}, "one@example.org", chatInIndia); err != nil {
			t.Fatal(err)
		}
		if stored(t, store) != 0 || len(box.sent()) != 1 || box.sent()[0].Stop != "" || strings.Contains(box.sent()[0].Text, "one@") {
			t.Fatalf("before confirmation: %d stored, letters %+v", stored(t, store), box.sent())
		}
		token := linkOf(t, box.sent()[0], "token")
		for range 2 { // opened twice, it is one subscription
			if _, err := s.ConfirmMail(ctx, token); err != nil {
				t.Fatal(err)
			}
		}
		stop := start(t, s)
		time.Sleep(time.Second)
		life(w, s, "one")
		if len(box.sent()) != 3 || stored(t, store) != 1 {
			t.Fatalf("%d letters, %d stored", len(box.sent()), stored(t, store))
		}
		last := box.sent()[2]
		if last.To != "one@example.org" || last.Subject != "Chat: রিপোর্ট আবার স্বাভাবিক" || !strings.Contains(last.Text, "https://downpour.example/bn/incidents/one") || !strings.Contains(last.Text, last.Stop) {
			t.Errorf("the last letter is %+v", last)
		}
		if err := s.Unsubscribe(ctx, linkOf(t, last, "id")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		life(w, s, "two")
		stop()
		if len(box.sent()) != 3 || stored(t, store) != 0 {
			t.Errorf("after the stop: %d letters, %d stored", len(box.sent()), stored(t, store))
		}
	})
}

// TestLinksThatAreRefused are those of others, changed ones and old ones.
func TestLinksThatAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		s, box := mailing(t, &world{}, newMemory(nil))
		other, theirs := mailing(t, &world{}, newMemory(nil))
		if err := errors.Join(s.RequestMail(ctx, netip.Addr{}, "one@example.org", chatInIndia), other.RequestMail(ctx, netip.Addr{}, "one@example.org", chatInIndia)); err != nil {
			t.Fatal(err)
		}
		token := linkOf(t, box.letters[0], "token")
		time.Sleep(time.Hour)
		for _, wrong := range []string{"", "!", "AAAA", token[1:], linkOf(t, theirs.letters[0], "token")} {
			if _, err := s.ConfirmMail(ctx, wrong); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeGone {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if _, err := s.RequestedMail(ctx, token); err != nil {
			t.Error(err)
		}
		time.Sleep(confirmFor)
		if _, err := s.ConfirmMail(ctx, token); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeGone {
			t.Errorf("after a day: %v", err)
		}
	})
}

// TestNobodyIsFlooded by letters that others ask for: one mailbox gets three a day, from
// whatever networks and however it is written, and one network cannot write to many.
func TestNobodyIsFlooded(t *testing.T) {
	ctx := context.Background()
	s, box := mailing(t, &world{}, newMemory(nil))
	for i := range 50 {
		from := netip.AddrFrom4([4]byte{192, 0, byte(i), 1})
		if err := s.RequestMail(ctx, from, fmt.Sprintf("One+%d@Example.org", i), chatInIndia); err != nil && outage.AsError(err).Code != outage.CodeLimited {
			t.Fatal(err)
		}
	}
	if len(box.letters) != 3 {
		t.Errorf("one mailbox got %d letters", len(box.letters))
	}
	for i := range 100 {
		_ = s.RequestMail(ctx, netip.MustParseAddr("198.51.100.1"), fmt.Sprintf("m%d@example.org", i), chatInIndia)
	}
	if n := len(box.letters) - 3; n < 20 || n > 25 {
		t.Errorf("one network made the server write %d letters", n)
	}
	for _, wrong := range []string{"", "one", "one@example.org, two@example.org", "One <one@example.org>", "one@example.org\r\nBcc: two@example.org", strings.Repeat("a", 300) + "@example.org"} {
		if err := s.RequestMail(ctx, netip.MustParseAddr("203.0.113.1"), wrong, chatInIndia); outage.AsError(err) == nil || outage.AsError(err).Field != "mail" {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// TestLetterIsRepeated while the mail server is away, and a mailbox that does not exist is
// forgotten.
func TestLetterIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, store, ctx := &world{}, newMemory(nil), context.Background()
		s, box := mailing(t, w, store)
		if _, err := s.subscribe(ctx, Visitor{ID: "ms_1", Interest: chatInIndia, Mail: "one@example.org"}); err != nil {
			t.Fatal(err)
		}
		stop := start(t, s)
		time.Sleep(time.Second)
		box.fails(errors.New("421 try later"))
		w.set(incident("one"))
		s.Wake()
		time.Sleep(10 * time.Minute)
		box.fails(nil)
		time.Sleep(time.Hour)
		if n := len(box.sent()); n != 1 {
			t.Errorf("%d letters", n)
		}
		box.fails(ErrNoMailbox)
		w.set(incident("two"))
		s.Wake()
		time.Sleep(time.Minute)
		stop()
		if stored(t, store) != 0 {
			t.Error("a mailbox that does not exist is still stored")
		}
	})
}

// TestLetterWhenItIsBack is one, at the end of the last incident, and nothing is kept after it.
func TestLetterWhenItIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, store, ctx, until := &world{}, newMemory(nil), context.Background(), chatInIndia
		until.UntilBack = true
		s, box := mailing(t, w, store)
		if err := s.RequestMail(ctx, netip.Addr{}, "one@example.org", until); err != nil {
			t.Fatal(err)
		}
		made, err := s.ConfirmMail(ctx, linkOf(t, box.sent()[0], "token"))
		if err != nil || made.ExpiresAt.Sub(made.CreatedAt) != untilBackFor {
			t.Fatalf("%+v, %v", made, err)
		}
		stop := start(t, s)
		time.Sleep(time.Second)
		life(w, s, "one")
		life(w, s, "two")
		stop()
		letters := box.sent()
		if len(letters) != 2 || letters[1].Subject != "Chat: রিপোর্ট আবার স্বাভাবিক" || letters[1].Stop != "" || stored(t, store) != 0 {
			t.Errorf("letters %+v, %d stored", letters, stored(t, store))
		}
	})
}
