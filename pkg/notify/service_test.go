package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// life takes an incident through its states, a minute each.
func life(w *world, s *Service, id string) {
	in := incident(id)
	for _, change := range []func(){
		func() {},
		func() { in.Severity = outage.SeverityMajor },
		func() { in.State = outage.StateRecovering },
		func() { in.State, in.ClosedAt = outage.StateResolved, time.Now() },
	} {
		change()
		w.set(in)
		s.Wake()
		time.Sleep(time.Minute)
	}
}

func ids(incident string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("%s.%d", incident, i+1))
	}
	return list
}

// of are the ids of one incident.
func ofIncident(list []string, incident string) (own []string) {
	for _, id := range list {
		if strings.HasPrefix(id, incident+".") {
			own = append(own, id)
		}
	}
	return own
}

// TestReceiverThatFailsForAnHour gets every event once, in order and signed.
func TestReceiverThatFailsForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, began := &world{}, time.Now()
		net := &internet{}
		net.answer = func(*http.Request) (int, error) {
			if time.Since(began) < time.Hour {
				return http.StatusInternalServerError, nil
			}
			return http.StatusNoContent, nil
		}
		s := service(t, w, newMemory(nil), net)
		webhook := subscribe(t, s, "a.example", Settings{})
		stop := start(t, s)
		life(w, s, "one")
		life(w, s, "two")
		time.Sleep(4 * time.Hour)
		stop()
		taken := net.taken("a.example")
		for _, incident := range []string{"one", "two"} {
			if got, want := ofIncident(taken, incident), ids(incident, 4); !slices.Equal(got, want) {
				t.Errorf("received %v, want %v", got, want)
			}
		}
		if failed := len(net.posts) - len(taken); failed < 10 || failed > 60 {
			t.Errorf("%d requests failed in an hour", failed)
		}
		verify(t, webhook.Secrets[0].Text, net.posts)
	})
}

// verify checks the signatures with the library of the specification.
func verify(t *testing.T, secret string, posts []post) {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range posts {
		if err := verifier.VerifyIgnoringTimestamp(p.body, p.header); err != nil {
			t.Errorf("%s: %v", p.id, err)
		}
	}
}

// TestReceiverThatNeverAnswersDelaysNobody measures the others.
func TestReceiverThatNeverAnswersDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net := &world{}, &internet{}
		net.answer = func(r *http.Request) (int, error) {
			if r.URL.Host == "dead.example" {
				<-r.Context().Done()
				return 0, r.Context().Err()
			}
			return http.StatusOK, nil
		}
		s := service(t, w, newMemory(nil), net)
		deaf := subscribe(t, s, "dead.example", Settings{})
		subscribe(t, s, "a.example", Settings{})
		stop := start(t, s)
		defer stop()
		for n := range 3 {
			w.set(incident(fmt.Sprint("in", n)))
			began := time.Now()
			s.Wake()
			synctest.Wait()
			if got := len(net.taken("a.example")); got != n+1 || time.Since(began) > 0 {
				t.Fatalf("%d events arrived after %s, want %d at once", got, time.Since(began), n+1)
			}
			time.Sleep(time.Minute)
		}
		time.Sleep(26 * time.Hour)
		log, dead, err := s.Deliveries(context.Background(), "ops", deaf.ID)
		if err != nil || len(dead) != 3 || len(log) != mostLogged || dead[0].Error != "no answer within 10s" {
			t.Errorf("dead letters %+v of %d tries, %v", dead, len(log), err)
		}
	})
}

// TestCrash restarts from every state that the store ever had: nothing is lost, and no
// event has two ids.
func TestCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net, store := &world{}, &internet{answer: always(http.StatusOK)}, newMemory(nil)
		s := service(t, w, store, net)
		subscribe(t, s, "a.example", Settings{})
		stop := start(t, s)
		life(w, s, "one")
		stop()
		want := ids("one", 4)
		for at, state := range store.history[1:] {
			again := &internet{answer: always(http.StatusOK)}
			stop := start(t, service(t, w, newMemory(state), again))
			time.Sleep(time.Minute)
			stop()
			received := again.taken("a.example")
			if !slices.IsSorted(received) {
				t.Errorf("after write %d events arrive in the order %v", at, received)
			}
			// The world is in its last state: what was not observed before the crash is one step.
			for _, id := range received {
				if !slices.Contains(want, id) {
					t.Errorf("after write %d a new id %s arrives", at, id)
				}
			}
			last := again.posts
			if len(last) == 0 && !strings.Contains(string(state[[2]string{entryProgress, onlyKey(state)}]), `"kind":"resolved"`) {
				t.Errorf("after write %d the end of the incident is lost", at)
			}
		}
	})
}

// onlyKey is the name of the only webhook.
func onlyKey(state map[[2]string][]byte) string {
	for key := range state {
		if key[0] == entryWebhooks && key[1] != "" {
			return key[1]
		}
	}
	return ""
}

// TestAnotherServerTakesOver ends the leader, which stores what it sent.
func TestAnotherServerTakesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net, store := &world{}, &internet{answer: always(http.StatusOK)}, newMemory(nil)
		var leads atomic.Bool
		leads.Store(true)
		s := service(t, w, store, net)
		s.config.Leads = leads.Load
		other := service(t, w, store, net)
		other.config.Leads = func() bool { return !leads.Load() }
		subscribe(t, other, "a.example", Settings{})
		defer start(t, s)()
		defer start(t, other)()
		w.set(incident("one"))
		s.Wake()
		time.Sleep(time.Minute)
		leads.Store(false)
		time.Sleep(time.Minute)
		w.set(incident("two"))
		other.Wake()
		time.Sleep(time.Minute)
		if got, want := net.taken("a.example"), []string{"one.1", "two.1"}; !slices.Equal(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
	})
}

func TestGoneReceiverIsPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net := &world{}, &internet{answer: always(http.StatusGone)}
		s := service(t, w, newMemory(nil), net)
		webhook := subscribe(t, s, "a.example", Settings{})
		defer start(t, s)()
		life(w, s, "one")
		time.Sleep(3 * time.Hour)
		got, err := s.Webhook(context.Background(), "ops", webhook.ID)
		if err != nil || !got.Paused || got.Stopped == "" || len(net.posts) != 1 {
			t.Errorf("after %d requests: %+v, %v", len(net.posts), got, err)
		}
	})
}

func TestSettingsChangeWhileItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net := &world{}, &internet{answer: always(http.StatusOK)}
		s := service(t, w, newMemory(nil), net)
		webhook := subscribe(t, s, "a.example", Settings{})
		defer start(t, s)()
		change := func(change func(*Settings)) {
			t.Helper()
			if _, err := s.Change(context.Background(), "ops", webhook.ID, func(of *Settings) error { change(of); return nil }); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		open := func(id string) {
			w.set(incident(id))
			s.Wake()
			time.Sleep(time.Second)
		}
		open("one")
		change(func(of *Settings) { of.Paused = true })
		open("two")
		change(func(of *Settings) { of.Paused = false; of.URL = "https://b.example/" })
		open("three")
		change(func(of *Settings) { of.Services = []string{"bank"} })
		open("four")
		if err := s.Delete(context.Background(), "ops", webhook.ID); err != nil {
			t.Fatal(err)
		}
		open("five")
		got := append(net.taken("a.example"), net.taken("b.example")...)
		if want := []string{"one.1", "three.1"}; !slices.Equal(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
	})
}

// TestVendorsWordIsAnEvent of each incident that is under way.
func TestVendorsWordIsAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net := &world{}, &internet{answer: always(http.StatusOK)}
		s := service(t, w, newMemory(nil), net)
		subscribe(t, s, "a.example", Settings{Events: []Kind{KindOfficial}})
		defer start(t, s)()
		w.says(outage.OfficialOperational)
		w.set(incident("one"))
		s.Wake()
		time.Sleep(time.Minute)
		for _, state := range []outage.OfficialState{outage.OfficialPartial, outage.OfficialUnknown, outage.OfficialOperational} {
			w.says(state)
			s.Wake()
			time.Sleep(time.Minute)
		}
		if got, want := net.taken("a.example"), []string{"one.2", "one.3"}; !slices.Equal(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
		if body := string(net.posts[0].body); !strings.Contains(body, `says \"partial outage\" (`) || !strings.Contains(body, `"official":{"state":"partial_outage"`) {
			t.Errorf("the event is %s", body)
		}
	})
}

// TestImportsAreNoNews leaves out what was over long before it was first seen.
func TestImportsAreNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net := &world{}, &internet{answer: always(http.StatusOK)}
		s := service(t, w, newMemory(nil), net)
		subscribe(t, s, "a.example", Settings{})
		defer start(t, s)()
		old := incident("old")
		old.State, old.OpenedAt, old.ClosedAt = outage.StateResolved, time.Now().Add(-9*time.Hour), time.Now().Add(-8*time.Hour)
		w.set(old)
		s.Wake()
		time.Sleep(time.Minute)
		if got := net.taken("a.example"); len(got) > 0 {
			t.Errorf("received %v", got)
		}
	})
}

func TestOwnersSeeTheirOwn(t *testing.T) {
	s := service(t, &world{}, newMemory(nil), &internet{answer: always(http.StatusOK)})
	webhook := subscribe(t, s, "a.example", Settings{})
	ctx := context.Background()
	_, one := s.Webhook(ctx, "other", webhook.ID)
	_, changed := s.Change(ctx, "other", webhook.ID, func(*Settings) error { return nil })
	_, rotated := s.Rotate(ctx, "other", webhook.ID)
	_, tested := s.Test(ctx, "other", webhook.ID)
	_, _, listed := s.Deliveries(ctx, "other", webhook.ID)
	for i, err := range []error{one, changed, rotated, tested, listed, s.Delete(ctx, "other", webhook.ID)} {
		if known := outage.AsError(err); known == nil || known.Code != outage.CodeNotFound {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if others, err := s.Webhooks(ctx, "other"); err != nil || len(others) > 0 {
		t.Errorf("another key lists %v, %v", others, err)
	}
}

func TestWebhooksAreLimited(t *testing.T) {
	s := service(t, &world{}, newMemory(nil), &internet{})
	s.config.Limits.PerOwner, s.config.Limits.Total = 2, 3
	for i, want := range []struct {
		owner string
		ok    bool
	}{{"a", true}, {"a", true}, {"a", false}, {"b", true}, {"b", false}} {
		_, err := s.Create(context.Background(), want.owner, Settings{URL: "https://a.example/"}, "")
		if (err == nil) != want.ok {
			t.Errorf("webhook %d: %v", i, err)
		}
	}
}

func TestSecretsRotate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &internet{answer: always(http.StatusOK)}
		s := service(t, &world{}, newMemory(nil), net)
		ctx := context.Background()
		before := subscribe(t, s, "a.example", Settings{})
		after, err := s.Rotate(ctx, "ops", before.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, wait := range []time.Duration{0, rotateFor + time.Minute} {
			time.Sleep(wait)
			if result, err := s.Test(ctx, "ops", before.ID); err != nil || !result.delivered() || result.Kind != KindTest {
				t.Fatalf("%+v, %v", result, err)
			}
		}
		verify(t, after.Secrets[0].Text, net.posts)
		verify(t, before.Secrets[0].Text, net.posts[:1])
		if signatures := net.posts[1].header.Get("webhook-signature"); strings.Contains(signatures, " ") {
			t.Errorf("an old secret still signs: %s", signatures)
		}
	})
}

// TestErrorsHideTheAddress keeps what may be a secret out of the log.
func TestErrorsHideTheAddress(t *testing.T) {
	net := &internet{answer: func(*http.Request) (int, error) { return 0, errors.New("connection refused") }}
	s := service(t, &world{}, newMemory(nil), net)
	webhook := subscribe(t, s, "a.example", Settings{})
	result, err := s.Test(context.Background(), "ops", webhook.ID)
	if err != nil || result.Error != "connection refused" {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestSteps(t *testing.T) {
	open := incident("one")
	with := func(change func(*public.Incident)) *seen {
		in := open
		change(&in)
		return seenOf(in, nil)
	}
	same := with(func(*public.Incident) {})
	recovering := with(func(in *public.Incident) { in.State = outage.StateRecovering })
	resolved := with(func(in *public.Incident) { in.State = outage.StateResolved })
	merged := with(func(in *public.Incident) { in.State, in.MergedInto = outage.StateResolved, "two" })
	for name, c := range map[string]struct {
		before, now *seen
		want        []Kind
	}{
		"new":                    {nil, same, []Kind{KindOpened}},
		"new and recovering":     {nil, recovering, []Kind{KindOpened, KindRecovering}},
		"new and over":           {nil, resolved, []Kind{KindOpened, KindResolved}},
		"unchanged":              {same, same, nil},
		"worse":                  {same, with(func(in *public.Incident) { in.Severity = outage.SeverityCritical }), []Kind{KindUpdated}},
		"another cause":          {same, with(func(in *public.Incident) { in.Verdict, in.Cause = outage.LikelyCollateral, "bank" }), []Kind{KindUpdated}},
		"more regions":           {same, with(func(in *public.Incident) { in.Footprint.Regions = []outage.Region{"IN-KA", "IN-WB"} }), []Kind{KindUpdated}},
		"recovering":             {same, recovering, []Kind{KindRecovering}},
		"worse again":            {recovering, same, []Kind{KindUpdated}},
		"over":                   {recovering, resolved, []Kind{KindResolved}},
		"over at once":           {same, resolved, []Kind{KindResolved}},
		"merged":                 {same, merged, []Kind{KindMerged}},
		"still merged":           {merged, merged, nil},
		"reopened":               {resolved, same, []Kind{KindOpened}},
		"reopened, recovering":   {resolved, recovering, []Kind{KindOpened, KindRecovering}},
		"only the ratio differs": {same, with(func(in *public.Incident) { in.Ratio = 3 }), nil},
	} {
		if got := c.before.steps(c.now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
