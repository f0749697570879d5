package live

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

var began = time.UnixMilli(1_700_000_000_000)

// tell publishes a change of a service, with its number as data.
func (h *Hub) tell(service string, country outage.Country, n int) {
	h.publish(outage.Event{Name: eventCounts, Service: service, Country: country, Data: fmt.Append(nil, n)}, subject{eventStatus, service, country}, true)
}

// open subscribes and gives what the stream begins with, and the stream.
func open(t *testing.T, h *Hub, after, service string, country outage.Country) (said string, events <-chan outage.Event, last string) {
	t.Helper()
	events, leave, err := h.Subscribe(after, service, country)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leave)
	said, last = drain(events)
	return said, events, last
}

// drain reads what waits in a stream.
func drain(events <-chan outage.Event) (said, last string) {
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
	h.tell("a", outage.IN, 1)
	h.tell("b", outage.IN, 2)
	h.tell("a", outage.IN, 3)
	h.tell("a", outage.GB, 4)
	said, events, last := open(t, h, "", "", "")
	if said != "bIN2 aIN3 aGB4" {
		t.Errorf("a new stream begins with %q", said)
	}
	_, ofA, _ := open(t, h, "", "a", "")
	_, ofIndia, _ := open(t, h, "", "", outage.IN)
	h.tell("b", outage.IN, 5)
	h.tell("a", outage.GB, 6)
	for name, got := range map[string]<-chan outage.Event{"bIN5 aGB6": events, "aGB6": ofA, "bIN5": ofIndia} {
		if said, _ := drain(got); said != name {
			t.Errorf("heard %q, want %q", said, name)
		}
	}
	if said, _, _ := open(t, h, last, "", ""); said != "bIN5 aGB6" {
		t.Errorf("taken up behind %s it begins with %q", last, said)
	}
	if said, _, _ := open(t, h, last, "a", outage.GB); said != "aGB6" {
		t.Errorf("of one service it begins with %q", said)
	}
}

func TestWhatCannotBeResumedSaysSo(t *testing.T) {
	h := NewHub(began, 100)
	for n := range remembered {
		h.tell("a", outage.IN, n)
	}
	_, _, first := open(t, h, "", "", "")
	for n := range remembered {
		h.tell("a", outage.IN, n)
	}
	elsewhere := NewHub(began.Add(time.Hour), 1)
	elsewhere.tell("a", outage.IN, 1)
	_, _, other := open(t, elsewhere, "", "", "")
	for name, id := range map[string]string{
		"long ago": first, "of another process": other, "ahead": h.era + "-99999", "no number": h.era + "-x", "nothing of ours": "42", "signs": "\x00-\xff",
	} {
		said, _, last := open(t, h, id, "", "")
		if want := fmt.Sprintf("reset aIN%d", remembered-1); said != want {
			t.Errorf("%s: it begins with %q, want %q", name, said, want)
		}
		if said, _, _ := open(t, h, last, "", ""); said != "" {
			t.Errorf("%s: then %q follows", name, said)
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
		h.tell("a", outage.IN, n)
		if said, _ := drain(quick); said != fmt.Sprintf("aIN%d", n) {
			t.Fatalf("the quick one heard %q", said)
		}
	}
	var last string
	for e := range slow { // ends, or the test hangs
		last = e.ID
	}
	leave()
	h.tell("a", outage.IN, -1)
	if said, _, _ := open(t, h, last, "", ""); said != fmt.Sprintf("aIN%d aIN-1", waiting) {
		t.Errorf("taken up again it begins with %q", said)
	}
}

func TestNoMoreThanGiven(t *testing.T) {
	h := NewHub(began, 2)
	_, leave, _ := h.Subscribe("", "", "")
	open(t, h, "", "", "")
	_, _, err := h.Subscribe("", "", "")
	if known := outage.AsError(err); known == nil || known.Code != outage.CodeUnavailable || known.RetryAfter <= 0 {
		t.Fatalf("one too many got %v", err)
	}
	leave()
	leave() // as often as one likes
	open(t, h, "", "", "")
}

func TestCloseEndsAll(t *testing.T) {
	h := NewHub(began, 2)
	_, events, _ := open(t, h, "", "", "")
	h.tell("a", outage.IN, 1)
	h.Close()
	h.Close()
	if said, _ := drain(events); said != "aIN1 end" {
		t.Errorf("at the end %q is heard", said)
	}
	if _, _, err := h.Subscribe("", "", ""); outage.AsError(err) == nil {
		t.Errorf("a stream was opened after the end: %v", err)
	}
	h.tell("a", outage.IN, 2) // to nobody
}
