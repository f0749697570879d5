package live

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

var began = time.UnixMilli(1_700_000_000_000)

// change publishes a change of a service, with its number as data.
func (h *Hub) change(service string, country outage.Country, n int) {
	h.publish(outage.Event{Name: eventCounts, Service: service, Country: country, Data: fmt.Append(nil, n)}, subject{eventStatus, service, country}, present)
}

// open subscribes and returns the first events, the stream, and the last id.
func open(t *testing.T, h *Hub, after, service string, country outage.Country) (first string, events <-chan outage.Event, last string) {
	t.Helper()
	events, leave, err := h.Subscribe(after, service, country)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leave)
	first, last = drain(events)
	return first, events, last
}

// drain reads the events that wait in a stream.
func drain(events <-chan outage.Event) (text, last string) {
	var words []string
	for {
		select {
		case e, open := <-events:
			if !open {
				return strings.Join(append(words, "end"), " "), last
			}
			word := e.Service + string(e.Country) + string(e.Data)
			if e.Name == Reset {
				word = Reset
			}
			words, last = append(words, word), e.ID
		default:
			return strings.Join(words, " "), last
		}
	}
}

func TestStreams(t *testing.T) {
	h := NewHub(began, 10)
	h.change("a", countrytest.IN, 1)
	h.change("b", countrytest.IN, 2)
	h.change("a", countrytest.IN, 3)
	h.change("a", countrytest.GB, 4)
	got, events, last := open(t, h, "", "", "")
	if got != "bIN2 aIN3 aGB4" {
		t.Errorf("a new stream begins with %q", got)
	}
	_, ofA, _ := open(t, h, "", "a", "")
	_, ofIndia, _ := open(t, h, "", "", countrytest.IN)
	h.change("b", countrytest.IN, 5)
	h.change("a", countrytest.GB, 6)
	for name, stream := range map[string]<-chan outage.Event{"bIN5 aGB6": events, "aGB6": ofA, "bIN5": ofIndia} {
		if got, _ := drain(stream); got != name {
			t.Errorf("received %q, want %q", got, name)
		}
	}
	if got, _, _ := open(t, h, last, "", ""); got != "bIN5 aGB6" {
		t.Errorf("resumed after %s it begins with %q", last, got)
	}
	if got, _, _ := open(t, h, last, "a", countrytest.GB); got != "aGB6" {
		t.Errorf("of one service it begins with %q", got)
	}
}

func TestResetWhereEventsAreMissing(t *testing.T) {
	h := NewHub(began, 100)
	for n := range remembered {
		h.change("a", countrytest.IN, n)
	}
	_, _, first := open(t, h, "", "", "")
	for n := range remembered {
		h.change("a", countrytest.IN, n)
	}
	restarted := NewHub(began.Add(time.Hour), 1)
	restarted.change("a", countrytest.IN, 1)
	_, _, other := open(t, restarted, "", "", "")
	for name, id := range map[string]string{
		"long ago": first, "of another process": other, "ahead": h.era + "-99999", "no number": h.era + "-x", "no id of a hub": "42", "control characters": "\x00-\xff",
	} {
		got, _, last := open(t, h, id, "", "")
		if want := fmt.Sprintf("reset aIN%d", remembered-1); got != want {
			t.Errorf("%s: it begins with %q, want %q", name, got, want)
		}
		if got, _, _ := open(t, h, last, "", ""); got != "" {
			t.Errorf("%s: then %q follows", name, got)
		}
	}
	if n := len(h.ring); n > remembered {
		t.Errorf("%d changes are remembered", n)
	}
}

func TestSlowReaderIsCutOff(t *testing.T) {
	h := NewHub(began, 10)
	slow, leave, err := h.Subscribe("", "", "")
	if err != nil {
		t.Fatal(err)
	}
	_, quick, _ := open(t, h, "", "", "")
	for n := range waiting + 1 {
		h.change("a", countrytest.IN, n)
		if got, _ := drain(quick); got != fmt.Sprintf("aIN%d", n) {
			t.Fatalf("the quick reader received %q", got)
		}
	}
	var last string
	for e := range slow { // ends, or the test hangs
		last = e.ID
	}
	leave()
	h.change("a", countrytest.IN, -1)
	if got, _, _ := open(t, h, last, "", ""); got != fmt.Sprintf("aIN%d aIN-1", waiting) {
		t.Errorf("resumed it begins with %q", got)
	}
}

func TestStreamsAreLimited(t *testing.T) {
	h := NewHub(began, 2)
	_, leave, _ := h.Subscribe("", "", "")
	open(t, h, "", "", "")
	_, _, err := h.Subscribe("", "", "")
	if known := outage.AsError(err); known == nil || known.Code != outage.CodeUnavailable || known.RetryAfter <= 0 {
		t.Fatalf("one stream too many: %v", err)
	}
	leave()
	leave() // may be called again
	open(t, h, "", "", "")
}

func TestCloseEndsStreams(t *testing.T) {
	h := NewHub(began, 2)
	_, events, _ := open(t, h, "", "", "")
	h.change("a", countrytest.IN, 1)
	h.Close()
	h.Close()
	if got, _ := drain(events); got != "aIN1 end" {
		t.Errorf("the last events are %q", got)
	}
	if _, _, err := h.Subscribe("", "", ""); outage.AsError(err) == nil {
		t.Errorf("a stream was opened after the end: %v", err)
	}
	h.change("a", countrytest.IN, 2) // without streams
}
