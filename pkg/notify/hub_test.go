package notify

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestHubHearsOfEachEvent is a hub that is away at first: it is told of each event once, with
// the topics that changed.
func TestHubHearsOfEachEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, began := &world{}, time.Now()
		net := &internet{}
		net.answer = func(*http.Request) (int, error) {
			if time.Since(began) < 10*time.Minute {
				return http.StatusServiceUnavailable, nil
			}
			return http.StatusNoContent, nil
		}
		s := service(t, w, newMemory(nil), net)
		s.config.Hub = "https://hub.example/publish"
		stop := start(t, s)
		life(w, s, "one")
		time.Sleep(time.Hour)
		stop()
		var told []url.Values
		for _, p := range net.posts {
			form, err := url.ParseQuery(string(p.body))
			if err != nil || p.host != "hub.example" || form.Get("hub.mode") != "publish" {
				t.Fatalf("%s was sent %s: %v", p.host, p.body, err)
			}
			if p.status == http.StatusNoContent {
				told = append(told, form)
			}
		}
		if len(told) != 4 || len(net.posts) == 4 {
			t.Fatalf("told %d times of 4 events, in %d requests", len(told), len(net.posts))
		}
		for _, topic := range []string{
			"/feeds/incidents.atom", "/feeds/incidents.json?service=chat", "/feeds/incidents.cap?country=IN&service=chat",
			"/feeds/incidents.atom?country=IN&region=IN-WB", "/feeds/incidents.atom?country=IN&district=IN-WB-kolkata&region=IN-WB&service=chat",
		} {
			if !slices.Contains(told[0]["hub.url"], "https://downpour.example"+topic) {
				t.Errorf("%s is not among %s", topic, strings.Join(told[0]["hub.url"], " "))
			}
		}
	})
}

// TestHubIsToldAgainAfterARestart of the server only of what it has not heard.
func TestHubIsToldAgainAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net, store := &world{}, &internet{answer: always(http.StatusAccepted)}, newMemory(nil)
		for range 2 {
			s := service(t, w, store, net)
			s.config.Hub = "https://hub.example/"
			stop := start(t, s)
			w.set(incident("one"))
			s.Wake()
			time.Sleep(time.Minute)
			stop()
		}
		if len(net.posts) != 1 {
			t.Errorf("%d requests for one event", len(net.posts))
		}
	})
}
