package notify

import (
	"bytes"
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/notify/notifytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// FuzzPushAddress subscribes browsers at addresses of strangers. What is taken can be sent to,
// over TLS, and at a push service that the server knows.
func FuzzPushAddress(f *testing.F) {
	browser := notifytest.NewBrowser(f)
	for _, endpoint := range []string{
		"https://push.example/a", "https://eu.push.example:8443/a?b=c#d", "http://push.example/", "https://push.example.evil.example/", "https://push.example@evil.example/",
		"https://evil.example\\@push.example/", "https://PUSH.example./", "https://push.example\t/", "//push.example/", "https://[::1%25push.example]/", "https://push.example/\r\nHost: evil.example",
	} {
		f.Add(endpoint, browser.Key, browser.Secret)
	}
	f.Add("https://push.example/", browser.Key+"=", browser.Secret+"==")
	f.Add("https://push.example/", "BAAA", "AAAA")
	f.Fuzz(func(t *testing.T, endpoint, key, secret string) {
		var asked []*url.URL
		net := &internet{answer: func(r *http.Request) (int, error) {
			asked = append(asked, r.URL)
			return http.StatusCreated, nil
		}}
		store := newMemory(nil)
		s := pushing(t, &world{}, store, net)
		made, err := s.SubscribePush(t.Context(), netip.Addr{}, PushAddress{endpoint, key, secret}, chatInIndia)
		if err != nil {
			if known := outage.AsError(err); known == nil || known.Code != outage.CodeInvalid || stored(t, store) != 0 {
				t.Fatalf("%q: %v, %d stored", endpoint, err, stored(t, store))
			}
			return
		}
		event := &Event{ID: "one.1", Kind: KindOpened, At: time.Now(), Incident: Incident{ID: "one", Service: "chat"}}
		if result := s.push(t.Context(), &made, event); !result.delivered() || len(asked) != 1 {
			t.Fatalf("%q, %q, %q was taken and cannot be sent to: %+v", endpoint, key, secret, result)
		}
		if host := strings.ToLower(asked[0].Hostname()); asked[0].Scheme != "https" || host != "push.example" && !strings.HasSuffix(host, ".push.example") {
			t.Fatalf("%q sends to %s", endpoint, asked[0])
		}
	})
}

// FuzzMailToken opens links that the server did not send: none stores or deletes anything.
func FuzzMailToken(f *testing.F) {
	store := newMemory(map[[2]string][]byte{{entryKeys, "mail"}: bytes.Repeat([]byte{1}, mailKeySize)})
	s, box := mailing(f, &world{}, store)
	ctx := context.Background()
	if _, err := s.subscribe(ctx, Visitor{ID: "ms_" + strings.Repeat("a", 26), Interest: chatInIndia, Mail: "one@example.org"}); err != nil {
		f.Fatal(err)
	}
	if err := s.RequestMail(ctx, netip.Addr{}, "two@example.org", chatInIndia); err != nil {
		f.Fatal(err)
	}
	token := linkOf(f, box.letters[0], "token")
	for _, text := range []string{"", "ms_", "ms_a", token[:40], token + "AAAA", strings.ToUpper(token), "\x00", "../keys", "mail", strings.Repeat("A", 5000)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "ms_"+strings.Repeat("a", 26) {
			t.Skip("the id of the subscription")
		}
		if _, err := s.RequestedMail(t.Context(), text); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeGone {
			t.Fatalf("%q can be read: %v", text, err)
		}
		if made, err := s.ConfirmMail(t.Context(), text); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeGone {
			t.Fatalf("%q makes %+v, %v", text, made, err)
		}
		if err := s.Unsubscribe(t.Context(), text); err != nil || stored(t, store) != 1 {
			t.Fatalf("%q ends a subscription of somebody else: %v", text, err)
		}
	})
}

// FuzzMailAddress asks for letters to addresses of strangers. A letter goes to the one address
// that was asked for, and nowhere else.
func FuzzMailAddress(f *testing.F) {
	for _, text := range []string{
		"one@example.org", " one@example.org ", "one@example.org,two@example.org", "one@example.org\r\nBcc: two@example.org", `"a b"@example.org`, "one@[127.0.0.1]",
		"one@example.org (two@example.org)", "one@example..org", "@example.org", "one@", "o\u0131e@example.org", "a@b@example.org", "<one@example.org>", "one%two@example.org",
	} {
		f.Add(text)
	}
	box := notifytest.StartMailbox(f)
	sender, err := NewSMTP("smtp://"+box.Address, "alerts@example.org")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, kept := mailing(t, &world{}, newMemory(nil))
		if err := s.RequestMail(t.Context(), netip.Addr{}, text, chatInIndia); err != nil {
			if known := outage.AsError(err); known == nil || known.Field != "mail" || len(kept.letters) != 0 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		letter := kept.letters[0]
		before := len(box.Letters(letter.To))
		if err := sender.Send(t.Context(), letter); err != nil {
			t.Skipf("the mail server refuses %q: %v", text, err)
		}
		got := box.Letters(letter.To)
		if letter.To != strings.TrimSpace(text) || len(got) != before+1 {
			t.Fatalf("%q goes to %q", text, letter.To)
		}
		if to := got[before].Header["To"]; !slices.Equal(to, []string{"<" + letter.To + ">"}) || len(got[before].Header["Bcc"])+len(got[before].Header["Cc"]) > 0 {
			t.Fatalf("%q has the header %q", text, to)
		}
	})
}
