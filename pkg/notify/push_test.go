package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/notify/notifytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/outbound"
)

// pushing is a service that sends to the host push.example.
func pushing(t testing.TB, w *world, store Store, net *internet) *Service {
	t.Helper()
	s := service(t, w, store, net)
	s.config.PushServices = []string{"push.example"}
	return s
}

var chatInIndia = Interest{Service: "chat", Country: countrytest.IN, Lang: "bn"}

// addressOf is the address of a browser at a push service.
func addressOf(b notifytest.Browser, endpoint string) PushAddress {
	return PushAddress{Endpoint: endpoint, Key: b.Key, Secret: b.Secret}
}

func browse(t testing.TB, s *Service, endpoint string, of Interest) (notifytest.Browser, Visitor) {
	t.Helper()
	b := notifytest.NewBrowser(t)
	made, err := s.SubscribePush(context.Background(), netip.Addr{}, addressOf(b, endpoint), of)
	if err != nil {
		t.Fatal(err)
	}
	return b, made
}

// TestBrowserHearsOfOpeningAndEnd over the life of an incident that also changes and
// recovers, while the push service is away at first.
func TestBrowserHearsOfOpeningAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, began, net := &world{}, time.Now(), &internet{}
		net.answer = func(*http.Request) (int, error) {
			if time.Since(began) < 30*time.Second {
				return http.StatusServiceUnavailable, nil
			}
			return http.StatusCreated, nil
		}
		s := pushing(t, w, newMemory(nil), net)
		b, made := browse(t, s, "https://eu.push.example/v1/abc", chatInIndia)
		stop := start(t, s)
		time.Sleep(time.Second)
		life(w, s, "one")
		time.Sleep(time.Hour)
		stop()
		key, err := s.PushKey(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var read []pushMessage
		for _, p := range net.posts {
			if claims, err := notifytest.CheckVAPID(p.header, "https://eu.push.example", key, p.at); err != nil || claims.Subject != "https://downpour.example" {
				t.Errorf("%+v, %v", claims, err)
			}
			var message pushMessage
			if err := b.Read(p.body, &message); err != nil {
				t.Fatal(err)
			}
			if p.header.Get("TTL") != "14400" || len(p.header.Get("Topic")) != 32 || p.header.Get("Content-Encoding") != "aes128gcm" {
				t.Errorf("headers are %v", p.header)
			}
			if p.status == http.StatusCreated {
				read = append(read, message)
			}
		}
		if len(read) != 2 || len(net.posts) == 2 {
			t.Fatalf("%d messages in %d requests", len(read), len(net.posts))
		}
		opened, resolved := read[0], read[1]
		if opened.Title != "Chat: সমস্যার রিপোর্ট স্বাভাবিকের অনেক বেশি" || opened.URL != "/bn/incidents/one" || opened.Tag != "one" || opened.ID != made.ID || opened.Stop == "" {
			t.Errorf("the first message is %+v", opened)
		}
		if resolved.Title != "Chat: রিপোর্ট আবার স্বাভাবিক" || resolved.Tag != opened.Tag || !strings.Contains(resolved.Body, "IN-WB") {
			t.Errorf("the second message is %+v", resolved)
		}
	})
}

// TestShortIncidentIsOneMessage when it was over before the server first saw it: a message about
// its opening would say that it is over, like the one about its end.
func TestShortIncidentIsOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net := &world{}, &internet{answer: always(http.StatusCreated)}
		s := pushing(t, w, newMemory(nil), net)
		browse(t, s, "https://push.example/abc", chatInIndia)
		stop := start(t, s)
		short := incident("short")
		short.State, short.ClosedAt = outage.StateResolved, time.Now()
		time.Sleep(time.Second)
		w.set(short)
		s.Wake()
		time.Sleep(time.Minute)
		stop()
		if len(net.posts) != 1 {
			t.Errorf("%d messages", len(net.posts))
		}
	})
}

// TestUntilBackIsOneMessage when the last incident of the service is over, and nothing is
// kept after it.
func TestUntilBackIsOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net, store := &world{}, &internet{answer: always(http.StatusCreated)}, newMemory(nil)
		s := pushing(t, w, store, net)
		until := chatInIndia
		until.UntilBack = true
		b, _ := browse(t, s, "https://push.example/abc", until)
		stop := start(t, s)
		other := incident("other")
		w.set(other)
		life(w, s, "one")
		if len(net.posts) != 0 {
			t.Fatalf("%d messages while another incident goes on", len(net.posts))
		}
		other.State, other.ClosedAt = outage.StateResolved, time.Now()
		w.set(other)
		s.Wake()
		time.Sleep(time.Minute)
		life(w, s, "later")
		stop()
		if len(net.posts) != 1 {
			t.Fatalf("%d messages", len(net.posts))
		}
		var message pushMessage
		if err := b.Read(net.posts[0].body, &message); err != nil || message.Tag != "other" || message.Stop != "" {
			t.Errorf("%+v, %v", message, err)
		}
		if left := stored(t, store); left != 0 {
			t.Errorf("%d subscriptions are left", left)
		}
	})
}

func stored(t testing.TB, store Store) int {
	t.Helper()
	n, err := store.Count(context.Background(), entryVisitors)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRenewedAddress gets what the one before it got, for as long, and the old one nothing.
func TestRenewedAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net, store, ctx := &world{}, &internet{answer: always(http.StatusCreated)}, newMemory(nil), context.Background()
		s := pushing(t, w, store, net)
		_, made := browse(t, s, "https://push.example/old", chatInIndia)
		stop := start(t, s)
		time.Sleep(time.Hour)
		now := notifytest.NewBrowser(t)
		renewed, err := s.RenewPush(ctx, netip.Addr{}, made.ID, addressOf(now, "https://new.push.example/new"))
		if err != nil || renewed.ID != made.ID || !renewed.ExpiresAt.Equal(made.ExpiresAt) || stored(t, store) != 1 {
			t.Fatalf("%+v, %v, %d stored", renewed, err, stored(t, store))
		}
		time.Sleep(time.Minute)
		life(w, s, "one")
		stop()
		if old, got := net.taken("push.example"), net.taken("new.push.example"); len(old) != 0 || len(got) != 2 {
			t.Errorf("%d to the old address, %d to the new one", len(old), len(got))
		}
		var message pushMessage
		if err := now.Read(net.posts[0].body, &message); err != nil || message.ID != made.ID {
			t.Errorf("%+v, %v", message, err)
		}
	})
}

// TestAddressesThatAreNotRenewed are those of letters, of others' push services, and of
// subscriptions that ended.
func TestAddressesThatAreNotRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		s := pushing(t, &world{}, newMemory(nil), &internet{})
		_, made := browse(t, s, "https://push.example/old", chatInIndia)
		good := addressOf(notifytest.NewBrowser(t), "https://push.example/new")
		if _, err := s.subscribe(ctx, Visitor{ID: "ms_1", Interest: chatInIndia, Mail: "one@example.org"}); err != nil {
			t.Fatal(err)
		}
		for id, address := range map[string]PushAddress{
			"ps_other": good, "ms_1": good, made.ID: addressOf(notifytest.NewBrowser(t), "https://elsewhere.example/"),
		} {
			if _, err := s.RenewPush(ctx, netip.Addr{}, id, address); outage.AsError(err) == nil {
				t.Errorf("%s to %s: %v", id, address.Endpoint, err)
			}
		}
		time.Sleep(visitorFor + time.Hour)
		if _, err := s.RenewPush(ctx, netip.Addr{}, made.ID, good); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeNotFound {
			t.Errorf("after 90 days: %v", err)
		}
	})
}

// TestSubscriptionEnds on the wish of the browser or its push service, and after 90 days.
func TestSubscriptionEnds(t *testing.T) {
	for name, end := range map[string]func(s *Service, w *world, net *internet, id string) error{
		"404": func(s *Service, w *world, net *internet, _ string) error {
			net.answer = always(http.StatusNotFound)
			life(w, s, "one")
			return nil
		},
		"410": func(s *Service, w *world, net *internet, _ string) error {
			net.answer = always(http.StatusGone)
			life(w, s, "one")
			return nil
		},
		"stop": func(s *Service, _ *world, _ *internet, id string) error {
			return s.Unsubscribe(context.Background(), id)
		},
		"expiry": func(s *Service, _ *world, _ *internet, id string) error {
			all, err := readAll[Visitor](context.Background(), s.config.Store, entryVisitors)
			if err != nil {
				return err
			}
			of := all[id]
			if keep := of.ExpiresAt.Sub(of.CreatedAt); keep != visitorFor {
				t.Errorf("it is kept for %s", keep)
			}
			of.ExpiresAt = time.Now().Add(30 * time.Second)
			entry, err := entryOf(entryVisitors, id, of)
			defer time.Sleep(2 * sweepEvery)
			return errors.Join(err, s.writeVisitors(context.Background(), entry))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, net, store := &world{}, &internet{answer: always(http.StatusCreated)}, newMemory(nil)
				s := pushing(t, w, store, net)
				_, made := browse(t, s, "https://push.example/abc", chatInIndia)
				stop := start(t, s)
				time.Sleep(time.Minute)
				if stored(t, store) != 1 {
					t.Fatal("nothing is stored")
				}
				if err := end(s, w, net, made.ID); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if left := stored(t, store); left != 0 {
					t.Errorf("%d subscriptions are left", left)
				}
				sent := len(net.posts)
				if sent > 1 {
					t.Errorf("%d requests to a push service that said no", sent)
				}
				life(w, s, "after")
				stop()
				if len(net.posts) != sent {
					t.Errorf("%d messages after the end", len(net.posts)-sent)
				}
				if all, err := store.All(context.Background(), entryProgress); err != nil || len(all) != 0 {
					t.Errorf("what became of messages is left: %v, %v", all, err)
				}
			})
		})
	}
}

// TestSubscriptionsThatAreRefused name their field.
func TestSubscriptionsThatAreRefused(t *testing.T) {
	s := pushing(t, &world{}, newMemory(nil), &internet{})
	good := addressOf(notifytest.NewBrowser(t), "https://push.example/abc")
	with := func(change func(*PushAddress)) PushAddress { of := good; change(&of); return of }
	for _, c := range []struct {
		address PushAddress
		of      Interest
		field   string
	}{
		{with(func(a *PushAddress) { a.Endpoint = "https://victim.example/" }), chatInIndia, "subscription.endpoint"},
		{with(func(a *PushAddress) { a.Endpoint = "https://notpush.example/" }), chatInIndia, "subscription.endpoint"},
		{with(func(a *PushAddress) { a.Endpoint = "https://push.example@victim.example/" }), chatInIndia, "subscription.endpoint"},
		{with(func(a *PushAddress) { a.Endpoint = "http://push.example/" }), chatInIndia, "subscription.endpoint"},
		{with(func(a *PushAddress) { a.Endpoint += strings.Repeat("a", mostAddress) }), chatInIndia, "subscription.endpoint"},
		{with(func(a *PushAddress) { a.Key = "BAAA" }), chatInIndia, "subscription.keys.p256dh"},
		{with(func(a *PushAddress) { a.Secret = "AAAA" }), chatInIndia, "subscription.keys.auth"},
		{good, Interest{Service: "chat", Country: "XX"}, "country"},
		{good, Interest{Service: "nothing", Country: countrytest.IN}, "service"},
		{good, Interest{Country: countrytest.IN}, "service"},
		{good, Interest{Country: countrytest.IN, Region: "GB-TLI"}, "region"},
	} {
		_, err := s.SubscribePush(context.Background(), netip.Addr{}, c.address, c.of)
		if known := outage.AsError(err); known == nil || known.Field != c.field {
			t.Errorf("%+v, %+v: %v, want %s", c.address, c.of, err, c.field)
		}
	}
	if n := stored(t, s.config.Store); n != 0 {
		t.Errorf("%d are stored", n)
	}
	s.config.Limits.Visitors = 1
	browse(t, s, "https://push.example/1", chatInIndia)
	if _, err := s.SubscribePush(context.Background(), netip.Addr{}, good, chatInIndia); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeConflict {
		t.Errorf("beyond the limit: %v", err)
	}
}

// TestPushKeyStays over a restart, and is the same on two servers over one store.
func TestPushKeyStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "webhooks.db")
	var keys []string
	for range 2 {
		store, err := OpenFileStore(path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			key, err := pushing(t, &world{}, store, &internet{}).PushKey(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, key)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range keys {
		if key != keys[0] {
			t.Errorf("keys are %v", keys)
		}
	}
}

// TestPushReachesNoPrivateAddress though the operator allows any push service.
func TestPushReachesNoPrivateAddress(t *testing.T) {
	asked := false
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer receiver.Close()
	s := service(t, &world{}, newMemory(nil), &internet{})
	s.config.PushServices, s.config.Client = []string{AnyPushService}, outbound.New(outbound.Options{})
	_, made := browse(t, s, receiver.URL, chatInIndia)
	event := (&seen{}).next(KindOpened, time.Now(), Incident{ID: "one", Service: "chat", Country: countrytest.IN})
	if result := made.send(context.Background(), s, &event); !strings.Contains(result.Error, "refused destination") || asked {
		t.Errorf("the answer is %+v", result)
	}
}

// TestSubscriptionsOfOneNetworkAreLimited after those that are in order, and others have room.
func TestSubscriptionsOfOneNetworkAreLimited(t *testing.T) {
	s := pushing(t, &world{}, newMemory(nil), &internet{})
	subscribe := func(from string, n int) error {
		_, err := s.SubscribePush(context.Background(), netip.MustParseAddr(from), addressOf(notifytest.NewBrowser(t), fmt.Sprint("https://push.example/", n)), chatInIndia)
		return err
	}
	taken := 0
	for n := range 100 {
		if err := subscribe("192.0.2.1", n); err == nil {
			taken++
		} else if of := outage.AsError(err); of == nil || of.Code != outage.CodeLimited || of.RetryAfter <= 0 {
			t.Fatal(err)
		}
	}
	if taken < 20 || taken > 25 {
		t.Errorf("%d were taken", taken)
	}
	if err := subscribe("198.51.100.1", 200); err != nil {
		t.Error(err)
	}
}
