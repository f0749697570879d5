package frontend

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// letterbox remembers what it was asked.
type letterbox struct {
	asked []string
	err   error
}

func (l *letterbox) Request(_ context.Context, _ netip.Addr, mail string, of Letters) error {
	l.asked = append(l.asked, fmt.Sprintf("request %s %+v", mail, of))
	return l.err
}

func (l *letterbox) Requested(_ context.Context, token string) (Letters, error) {
	return Letters{Service: "whatsapp", Country: countrytest.IN, UntilBack: token == "back"}, l.err
}

func (l *letterbox) Confirm(_ context.Context, token string) (Letters, string, error) {
	l.asked = append(l.asked, "confirm "+token)
	return Letters{UntilBack: token == "back"}, "ms_made", l.err
}

func (l *letterbox) End(_ context.Context, id string) error {
	l.asked = append(l.asked, "end "+id)
	return l.err
}

// TestLetters are asked for, confirmed and ended by buttons; opening a link changes nothing.
func TestLetters(t *testing.T) {
	box := &letterbox{}
	_, app := testSite(t, func(c *Config) { c.Mail = box })
	post := func(path string, form url.Values) answer {
		t.Helper()
		request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return ask(t, app, request)
	}
	for _, path := range []string{"/whatsapp/follow", "/bn/in/whatsapp/follow"} {
		if body := get(t, app, path).body; !strings.Contains(body, `action="/follow/mail"`) || !strings.Contains(body, `value="IN"`) {
			t.Errorf("%s has no form: %s", path, mainOf(body))
		}
	}
	for path, offered := range map[string]bool{"/bn/in/whatsapp/thanks?id=1&undo=2": true, "/whatsapp/thanks?id=1&undo=2": false} {
		if body := get(t, app, path).body; strings.Contains(body, `name="until_back" value="1"`) != offered {
			t.Errorf("%s: a letter when it is back is offered: %t", path, !offered)
		}
	}
	if body := get(t, app, "/cy/about").body; !strings.Contains(body, "am 7 diwrnod ar y mwyaf") {
		t.Errorf("about says nothing of letters: %s", mainOf(body))
	}
	for _, c := range []struct {
		got  answer
		want string
	}{
		{post("/follow/mail", url.Values{"mail": {"one@example.org"}, "service": {"whatsapp"}, "country": {"IN"}, "lang": {"cy"}}), "Edrychwch yn eich blwch post"},
		{get(t, app, "/follow/confirm?lang=en&token=abc"), `name="token" value="abc"`},
		{post("/follow/confirm", url.Values{"token": {"abc"}, "lang": {"en"}}), `name="id" value="ms_made"`},
		{post("/follow/mail", url.Values{"mail": {"one@example.org"}, "service": {"whatsapp"}, "country": {"GB"}, "lang": {"hi"}, "until_back": {"1"}}), "अपना मेलबॉक्स देखें"},
		{get(t, app, "/follow/confirm?lang=en&token=back"), "one e-mail when the reports in India are back to normal"},
		{post("/follow/confirm", url.Values{"token": {"back"}, "lang": {"en"}}), "You will get one e-mail."},
		{get(t, app, "/follow/stop?lang=en&id=ms_1"), `name="id" value="ms_1"`},
		{post("/follow/stop", url.Values{"id": {"ms_1"}, "lang": {"en"}}), "Stopped."},
		{post("/follow/stop?lang=bn&id=ms_2", url.Values{"List-Unsubscribe": {"One-Click"}}), "ঠিকানা মুছে ফেলা হয়েছে"},
	} {
		if c.got.status != http.StatusOK || !strings.Contains(c.got.body, c.want) {
			t.Errorf("status %d, no %s in %s", c.got.status, c.want, mainOf(c.got.body))
		}
	}
	if want := []string{
		"request one@example.org {Service:whatsapp Country:IN Lang:cy UntilBack:false}", "confirm abc",
		"request one@example.org {Service:whatsapp Country:GB Lang:hi UntilBack:true}", "confirm back", "end ms_1", "end ms_2",
	}; !slices.Equal(box.asked, want) {
		t.Errorf("asked %v, want %v", box.asked, want)
	}
	box.err = &outage.Error{Code: outage.CodeGone}
	if got := get(t, app, "/follow/confirm?token=old"); got.status != http.StatusGone {
		t.Errorf("an old link: %d", got.status)
	}
	_, without := testSite(t, nil)
	if body := get(t, without, "/about").body + get(t, without, "/in/whatsapp/thanks?id=1&undo=2").body; strings.Contains(body, "e-mail") {
		t.Error("letters are spoken of on a server that sends none")
	}
	if got := get(t, without, "/follow/confirm?token=abc"); got.status != http.StatusNotFound {
		t.Errorf("on a server that sends none: %d", got.status)
	}
}
