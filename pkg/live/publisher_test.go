package live

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// fakeState is the state that a publisher polls.
type fakeState struct {
	health  public.Health
	records []outage.Record
	fails   atomic.Bool

	official *public.OfficialStatus
}

func (w *fakeState) Official(string) *public.OfficialStatus { return w.official }

func (w *fakeState) AsOf() time.Time { return began.UTC() }

func (w *fakeState) Health(_ context.Context, _ string, _ outage.Country) (public.Health, error) {
	if w.fails.Load() {
		return public.Health{}, errors.New("unavailable")
	}
	return w.health, nil
}

func (w *fakeState) Incidents(_ context.Context, filter outage.IncidentFilter, _ string, _ int) (found []public.Incident, _ string, _ error) {
	for _, record := range w.records {
		if filter.Matches(record.Incident) {
			found = append(found, public.IncidentOf(record, nil))
		}
	}
	return found, "", nil
}

func (w *fakeState) Incident(_ context.Context, id string) (public.Incident, error) {
	for _, record := range w.records {
		if record.ID == id {
			return public.IncidentOf(record, nil), nil
		}
	}
	return public.Incident{}, errors.New("no such incident")
}

func newPublisher(w *fakeState) (*Publisher, *Hub) {
	hub := NewHub(began, 10)
	return NewPublisher(Config{
		Hub: hub, Readings: func() Readings { return w }, Incidents: w, Every: 5 * time.Second, Logger: slog.New(slog.DiscardHandler),
		Services: []outage.Service{{Slug: "whatsapp", Country: []outage.Country{countrytest.IN}}},
	}), hub
}

// TestEventsOfAnOutage checks the events of an outage from its opening to its end.
func TestEventsOfAnOutage(t *testing.T) {
	expected := 6.254
	w := &fakeState{health: public.Health{AsOf: began.UTC(), Window: 10 * time.Minute, Status: outage.StatusNormal, Observed: 4, Expected: &expected}}
	publisher, hub := newPublisher(w)
	events, leave, err := hub.Subscribe("", "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	incident := outage.Incident{ID: "i-1", Service: "whatsapp", Country: countrytest.IN, State: outage.StateOpen, Severity: outage.SeverityMajor, Verdict: outage.LikelyCause, OpenedAt: began}
	steps := []struct {
		name   string
		change func()
		want   []string // the name of an event, and a part of its data
	}{
		{"the first poll", func() {}, []string{`status {"service":"whatsapp","country":"IN","status":"normal","observed":4,"expected":6.25,"window":"10m","as_of":"2023-11-14T22:13:20Z"}`}},
		{"nothing", func() {}, nil},
		{"the expected count changes", func() { drifted := 7.; w.health.Expected = &drifted }, nil},
		{"more reports", func() { w.health.Observed = 9 }, []string{`counts {"service":"whatsapp","country":"IN","status":"normal","observed":9,"expected":7,"window":"10m","as_of":"2023-11-14T22:13:20Z"}`}},
		{"an incident opens", func() {
			w.records = []outage.Record{{Incident: incident}}
			public := public.IncidentOf(outage.Record{Incident: incident}, nil)
			w.health.Status, w.health.Incident, w.health.Incidents = outage.StatusOutage, &public, append(w.health.Incidents, public)
		}, []string{
			`incident {"id":"i-1","service":"whatsapp","country":"IN","state":"open","severity":"major","verdict":"likely_cause","opened_at":"2023-11-14T22:13:20Z","closed_at":null,"as_of":"2023-11-14T22:13:20Z"}`,
			`status {"service":"whatsapp","country":"IN","status":"outage","observed":9,"expected":7,"incident":"i-1","incidents":["i-1"],"window":"10m","as_of":"2023-11-14T22:13:20Z"}`,
		}},
		{"another opens elsewhere", func() {
			other := w.health.Incidents[0]
			other.ID = "i-2"
			w.health.Incidents = append(slices.Clip(w.health.Incidents), other)
		}, []string{`status {"service":"whatsapp","country":"IN","status":"outage","observed":9,"expected":7,"incident":"i-1","incidents":["i-1","i-2"],"window":"10m"`}},
		{"its ratio changes", func() { w.records[0].Ratio = 9 }, nil},
		{"its severity rises", func() { w.records[0].Severity = outage.SeverityCritical }, []string{`"severity":"critical"`}},
		{"it recovers", func() { w.records[0].State = outage.StateRecovering }, []string{`"state":"recovering"`}},
		{"it ends", func() {
			w.records[0].State, w.records[0].ClosedAt = outage.StateResolved, began.Add(time.Hour)
			w.health.Status, w.health.Incident, w.health.Incidents = outage.StatusNormal, nil, nil
		}, []string{`"state":"resolved","severity":"critical","verdict":"likely_cause","opened_at":"2023-11-14T22:13:20Z","closed_at":"2023-11-14T23:13:20Z"`, `status {"service":"whatsapp","country":"IN","status":"normal"`}},
		{"nothing more", func() {}, nil},
		{"it is reopened", func() { w.records[0].State, w.records[0].ClosedAt = outage.StateOpen, time.Time{} }, []string{`"state":"open"`}},
	}
	for _, step := range steps {
		step.change()
		if err := publisher.poll(context.Background()); err != nil {
			t.Fatal(err)
		}
		var got []string
		for len(events) > 0 {
			e := <-events
			got = append(got, e.Name+" "+string(e.Data))
		}
		if len(got) != len(step.want) {
			t.Fatalf("%s: received %q", step.name, got)
		}
		for i, want := range step.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: received %s, want %s", step.name, got[i], want)
			}
		}
	}
	if got, _, _ := open(t, hub, "", "", ""); strings.Count(got, "whatsapp") < 2 {
		t.Errorf("a new stream receives %q", got)
	}
}

// effect is a state in which one service has trouble because of another.
type effect struct{ fakeState }

func (e *effect) Health(_ context.Context, service string, _ outage.Country) (public.Health, error) {
	for _, record := range e.records {
		if record.Service == service {
			in := public.IncidentOf(record, nil)
			return public.Health{Status: outage.StatusOutage, Incident: &in, Incidents: []public.Incident{in}}, nil
		}
	}
	return public.Health{}, nil
}

// A stream begins with causes before their consequences, whichever changed last.
func TestCausesComeFirst(t *testing.T) {
	in := outage.Incident{ID: "w", Service: "whatsapp", Country: countrytest.IN, State: outage.StateOpen, Verdict: outage.LikelyCause, OpenedAt: began}
	under := in
	under.ID, under.Service, under.Verdict, under.Cause = "m", "messenger", outage.LikelyCollateral, "whatsapp"
	w := &effect{fakeState{records: []outage.Record{{Incident: under}, {Incident: in}}}}
	publisher, hub := newPublisher(&w.fakeState)
	publisher.Incidents, publisher.Readings = w, func() Readings { return w }
	publisher.Services = []outage.Service{{Slug: "messenger", Country: []outage.Country{countrytest.IN}}, {Slug: "whatsapp", Country: []outage.Country{countrytest.IN}}}
	for _, change := range []func(){func() {}, func() { w.records[1].Severity = outage.SeverityMajor }} {
		change()
		if err := publisher.poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		first, _, _ := open(t, hub, "", "", "")
		if cause, effect := strings.LastIndex(first, `"service":"whatsapp"`), strings.Index(first, `"service":"messenger"`); cause < 0 || effect < cause {
			t.Errorf("a stream begins with %s", first)
		}
		if !strings.Contains(first, `"incidents":["m"],"cause":"whatsapp"`) {
			t.Errorf("the status lacks the cause: %s", first)
		}
	}
}

func TestRunEndsTheStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &fakeState{}
		w.fails.Store(true)
		publisher, hub := newPublisher(w)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- publisher.Run(ctx) }()
		events, leave, err := hub.Subscribe("", "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
		time.Sleep(time.Minute) // polls fail, and nothing is published
		synctest.Wait()
		if len(events) > 0 {
			t.Errorf("published %+v after failed polls", <-events)
		}
		w.fails.Store(false)
		time.Sleep(publisher.Every)
		synctest.Wait()
		if len(events) != 1 {
			t.Errorf("%d events after a successful poll", len(events))
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		<-events
		if _, open := <-events; open {
			t.Error("the stream is still open")
		}
	})
}

// What a vendor says is about all countries, and is sent when it changes.
func TestOfficialStatusIsSentOnce(t *testing.T) {
	w := &fakeState{}
	publisher, hub := newPublisher(w)
	events, leave, err := hub.Subscribe("", "whatsapp", countrytest.IN)
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	for i := range 3 {
		w.official = public.OfficialStatusOf(outage.Official{State: outage.OfficialMajor, Source: outage.FromPage, At: began, CheckedAt: began.Add(time.Duration(i) * time.Minute)})
		if err := publisher.poll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	w.official = public.OfficialStatusOf(outage.Official{State: outage.OfficialOperational, Source: outage.FromPage, At: began.Add(time.Hour), CheckedAt: began.Add(time.Hour)})
	if err := publisher.poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	hub.Close()
	var got []string
	for event := range events {
		if event.Name == eventOfficial {
			got = append(got, string(event.Data))
		}
	}
	if len(got) != 2 || !strings.HasPrefix(got[0], `{"service":"whatsapp","state":"major_outage","reason":null,"source":"page","since":"2023-11-14T22:13:20Z"`) || !strings.Contains(got[1], `"operational"`) {
		t.Errorf("%q", got)
	}
}
