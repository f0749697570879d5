package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/notify/notifytest"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// notice is a letter or a message: one that arrives again has the same identity.
type notice struct{ identity, title, text string }

// channel is a way by which visitors hear of incidents.
type channel interface {
	// subscribe goes through all steps of asking for the incidents of WhatsApp in Britain.
	subscribe(t *testing.T, who string)
	// received are the notices that somebody got, repeated ones included.
	received(who string) []notice
	// stop ends a subscription by what came with its notices.
	stop(t *testing.T, who string)
}

// distinct are the notices of somebody, by identity. Two of one identity are the same.
func distinct(t *testing.T, by channel, who string) map[string]notice {
	t.Helper()
	found := map[string]notice{}
	for _, one := range by.received(who) {
		if before, known := found[one.identity]; known && before != one {
			t.Errorf("%s has two contents: %+v, %+v", one.identity, before, one)
		}
		found[one.identity] = one
	}
	return found
}

// ends counts the notices of the end of an incident.
func ends(of map[string]notice) (n int) {
	for _, one := range of {
		if strings.HasSuffix(one.title, "back to normal") {
			n++
		}
	}
	return n
}

// TestVisitorsOfAKilledServer subscribes two visitors, each by e-mail and by push, to a server
// that is killed between their subscription and the first notice, and again after that. Each
// hears of the end of two incidents once, and at most once of the opening, which a slow machine
// sees together with the end; what arrives again is known as such by mail programs and browsers.
// After one of them stops, only the other one hears more.
func TestVisitorsOfAKilledServer(t *testing.T) {
	box := notifytest.StartMailbox(t)
	address := redistest.FreeAddress(t)
	base := "http://" + address
	of := decisions{
		Listen: address, Data: t.TempDir(), Begin: time.Now().Add(-45 * time.Minute).Truncate(time.Minute), Pause: 60 * time.Millisecond,
		PublicURL: base, SMTP: "smtp://" + box.Address, SMTPFrom: "Example Desk <alerts@example.org>", PushServices: []string{"127.0.0.1"},
	}
	start := func(incidents int) *process {
		of.Incidents = incidents
		server := newDecider(t, of)
		server.start(t)
		eventually(t, "being ready", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK })
		return server
	}
	ways := map[string]channel{"e-mail": &letterWay{base, box}, "push": newPushWay(t, base)}
	const stops, stays = "stops", "stays"
	each := func(act func(name string, by channel)) {
		for name, by := range ways {
			act(name, by)
		}
	}
	arrive := func(by channel, who string, n int) {
		t.Helper()
		eventually(t, who+" hears of ends", func() bool { return ends(distinct(t, by, who)) >= n })
	}
	check := func(name, who string, n int) {
		t.Helper()
		if got := distinct(t, ways[name], who); ends(got) != n || len(got) > 2*n {
			t.Errorf("%s, %s: of %d incidents %d notices, %v", name, who, n, len(got), got)
		}
	}

	server := start(0)
	each(func(_ string, by channel) {
		by.subscribe(t, stops)
		by.subscribe(t, stays)
	})
	server.kill()
	server = start(2)
	each(func(_ string, by channel) {
		eventually(t, stops+" hears", func() bool { return len(by.received(stops)) > 0 })
	})
	server.kill() // between a notice and what is stored of it, as likely as not
	server = start(2)
	each(func(_ string, by channel) {
		arrive(by, stops, 2)
		arrive(by, stays, 2)
		by.stop(t, stops)
	})
	server.kill()
	server = start(4)
	each(func(name string, by channel) {
		arrive(by, stays, 4)
		check(name, stops, 2)
		check(name, stays, 4)
		all := by.received(stays)
		t.Logf("%s: %d notices, %d of them again", name, len(all), len(all)-len(distinct(t, by, stays)))
	})
	server.kill()
}

// letterWay is e-mail: asked for and confirmed by the forms of the site.
type letterWay struct {
	base string
	box  *notifytest.Mailbox
}

func mailOf(who string) string { return who + "@example.org" }

func (l *letterWay) post(t *testing.T, address string, form url.Values) {
	t.Helper()
	response, err := http.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, err := io.ReadAll(response.Body); response.StatusCode != http.StatusOK || err != nil {
		t.Fatalf("%s: %s %s %v", address, response.Status, text, err)
	}
}

// tokenField is the hidden field of the page that asks for confirmation.
var tokenField = regexp.MustCompile(`name="token" value="([\w-]+)"`)

func (l *letterWay) subscribe(t *testing.T, who string) {
	t.Helper()
	l.post(t, l.base+"/follow/mail", url.Values{"mail": {mailOf(who)}, "service": {"whatsapp"}, "country": {"GB"}, "lang": {"en"}})
	letters := l.box.Letters(mailOf(who))
	if len(letters) != 1 || letters[0].Header.Get("List-Unsubscribe") != "" {
		t.Fatalf("before the confirmation: %+v", letters)
	}
	link := regexp.MustCompile(regexp.QuoteMeta(l.base) + `/follow/confirm\?\S+`).FindString(letters[0].Text)
	status, page := fetch(link)
	token := tokenField.FindStringSubmatch(page)
	if status != http.StatusOK || token == nil {
		t.Fatalf("the link %q: %d %s", link, status, page)
	}
	l.post(t, l.base+"/follow/confirm", url.Values{"token": {token[1]}, "lang": {"en"}})
}

// received leaves out the letter that asks for confirmation.
func (l *letterWay) received(who string) (list []notice) {
	for _, one := range l.box.Letters(mailOf(who))[1:] {
		list = append(list, notice{one.Header.Get("Message-Id"), one.Subject, one.Text})
	}
	return list
}

// stop does what a provider of mailboxes does for its user (RFC 8058).
func (l *letterWay) stop(t *testing.T, who string) {
	t.Helper()
	last := l.box.Letters(mailOf(who))[1].Header
	if last.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Fatalf("headers %v", last)
	}
	l.post(t, strings.Trim(last.Get("List-Unsubscribe"), "<>"), url.Values{"List-Unsubscribe": {"One-Click"}})
}

// pushWay is Web Push, over a push service that decrypts what it takes.
type pushWay struct {
	base, key string
	service   *httptest.Server
	mutex     sync.Mutex
	browsers  map[string]notifytest.Browser
	ids       map[string]string
	notices   map[string][]notice
	faults    []error
}

func newPushWay(t *testing.T, base string) *pushWay {
	p := &pushWay{base: base, browsers: map[string]notifytest.Browser{}, ids: map[string]string{}, notices: map[string][]notice{}}
	p.service = httptest.NewServer(http.HandlerFunc(p.take))
	t.Cleanup(func() {
		p.service.Close()
		for _, fault := range p.faults {
			t.Error(fault)
		}
	})
	return p
}

// take verifies and decrypts a message for the browser that its path names.
func (p *pushWay) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	who := strings.TrimPrefix(r.URL.Path, "/")
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var message struct{ Title, Body, Tag string }
	if err == nil {
		_, err = notifytest.CheckVAPID(r.Header, p.service.URL, p.key, time.Now())
	}
	if err == nil {
		err = p.browsers[who].Read(body, &message)
	}
	if err != nil {
		p.faults = append(p.faults, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.notices[who] = append(p.notices[who], notice{message.Tag + " " + message.Title, message.Title, message.Body})
	w.WriteHeader(http.StatusCreated)
}

func (p *pushWay) subscribe(t *testing.T, who string) {
	t.Helper()
	status, text := fetch(p.base + "/api/v1/push")
	var offered struct{ Key string }
	if err := json.Unmarshal([]byte(text), &offered); status != http.StatusOK || err != nil {
		t.Fatalf("%d %s %v", status, text, err)
	}
	browser := notifytest.NewBrowser(t)
	p.mutex.Lock()
	p.key, p.browsers[who] = offered.Key, browser
	p.mutex.Unlock()
	body := `{"subscription":{"endpoint":"` + p.service.URL + "/" + who + `","keys":{"p256dh":"` + browser.Key + `","auth":"` + browser.Secret + `"}},"service":"whatsapp","country":"GB","until_back":false,"lang":"en"}`
	response, err := http.Post(p.base+"/api/v1/push", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var made struct{ ID string }
	if err := json.NewDecoder(response.Body).Decode(&made); response.StatusCode != http.StatusCreated || err != nil {
		t.Fatalf("%s %v", response.Status, err)
	}
	p.ids[who] = made.ID
}

func (p *pushWay) received(who string) []notice {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.notices[who]
}

func (p *pushWay) stop(t *testing.T, who string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodDelete, p.base+"/api/v1/push/"+p.ids[who], nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusNoContent {
		t.Fatalf("%+v %v", response, err)
	}
	response.Body.Close()
}
