package wanted_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/wanted"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// service counts in a Redis of its own, by a clock that a test sets.
func service(t testing.TB) (*wanted.Service, *miniredis.Miniredis, *time.Time) {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	now := noon
	return wanted.New(wanted.NewRedis(client), func() time.Time { return now }), server, &now
}

// network is an address in a network of its own.
func network(n int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("10.%d.7.9", n)) }

func ask(t testing.TB, s *wanted.Service, from netip.Addr, text string) {
	t.Helper()
	if err := s.Ask(context.Background(), from, text); err != nil {
		t.Fatal(err)
	}
}

func list(t testing.TB, s *wanted.Service) []outage.Wanted {
	t.Helper()
	listed, err := s.List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return listed
}

func TestTextsOfSeveralNetworksAreListed(t *testing.T) {
	s, server, now := service(t)
	for n := range wanted.Least {
		ask(t, s, network(n), " Zomato-Gold! ")
		ask(t, s, network(n), "zomato gold") // the same again
		if n > 0 {
			ask(t, s, network(n), "few want this")
		}
		*now = now.Add(time.Minute)
	}
	want := []outage.Wanted{{Day: "2026-11-27", Text: "zomato gold", Networks: wanted.Least}}
	if got := list(t, s); !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	server.FastForward(24 * time.Hour)
	for _, key := range server.Keys() {
		if members, _ := server.ZMembers(key); slices.Contains(members, "few want this") {
			t.Errorf("%s has a text of few networks after a day", key)
		}
	}
	if got := list(t, s); !slices.Equal(got, want) {
		t.Errorf("a day later %v, want %v", got, want)
	}
	server.FastForward(wanted.Days * 24 * time.Hour)
	if keys := server.Keys(); len(keys) > 0 {
		t.Errorf("%v outlive their days", keys)
	}
}

func TestOneNetworkCountsOnce(t *testing.T) {
	s, _, now := service(t)
	for n := range 2 * wanted.Least {
		ask(t, s, netip.MustParseAddr(fmt.Sprintf("10.0.0.%d", n)), "mine")
		*now = now.Add(time.Minute)
	}
	if got := list(t, s); len(got) > 0 {
		t.Errorf("one network made %v", got)
	}
}

func TestWhatMayNameAPersonIsIgnored(t *testing.T) {
	s, server, now := service(t)
	for n, text := range []string{"9830012345", "a@example.org", "৯৮৩০০ ১২৩৪৫", "https://example.org/x", "", "x", "10.20.30.40", "this is much longer than any name of a service is"} {
		ask(t, s, network(n), text)
		*now = now.Add(time.Minute)
	}
	if keys := server.Keys(); len(keys) > 0 {
		t.Errorf("%v were stored", keys)
	}
}

func TestAskingIsLimited(t *testing.T) {
	s, _, _ := service(t)
	for n := range 100 {
		err := s.Ask(context.Background(), network(1), fmt.Sprint("name ", n))
		if known := outage.AsError(err); known != nil && known.Code == outage.CodeLimited && known.RetryAfter > 0 {
			return
		}
	}
	t.Error("a hundred requests of one address were taken")
}

func TestStorageIsBounded(t *testing.T) {
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	store := wanted.NewRedis(client)
	refused := 0
	for n := range 2100 {
		full, err := store.Count(context.Background(), "2026-11-27", fmt.Sprint("name ", n))
		if err != nil {
			t.Fatal(err)
		}
		if full {
			refused++
		}
	}
	if refused != 100 {
		t.Errorf("%d of 2100 texts were refused", refused)
	}
}

func TestRedisAway(t *testing.T) {
	s, server, _ := service(t)
	server.Close()
	if err := s.Ask(context.Background(), network(1), "name"); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("without Redis: %v", err)
	}
}

func FuzzAsk(f *testing.F) {
	for _, seed := range []string{"zomato", "\xff\x00", "এয়ারটেল", "12345"} {
		f.Add(seed)
	}
	s, _, now := service(f)
	f.Fuzz(func(t *testing.T, text string) {
		*now = now.Add(time.Hour)
		ask(t, s, network(3), text)
	})
}
