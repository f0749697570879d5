// Package wanted counts what people look for and the catalogue lacks, so that an operator
// knows which services to add.
//
// It owns these counts: one for each normalised text and UTC day, in Redis. It guarantees
// that a network (/24, /48) counts once a day for a text on a server, that nothing about
// a sender is stored, and that storage is bounded whatever strangers send. A text that
// fewer than Least networks ask for is deleted within a day and shown to nobody. It does
// not judge whether a text names a service.
package wanted

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

const (
	// Least is the number of networks from which a text is kept.
	Least = 5
	// Days is for how many days texts are listed.
	Days = 30

	shortest, longest = 2, 40 // characters of a text
	mostDigits        = 4     // more may be the number of a person
	mostSeen          = 50_000
)

// Store counts texts. Both methods may block for a round trip and fail with it.
type Store interface {
	// Count adds a network to a text; full says that the day has too many texts.
	Count(ctx context.Context, day, text string) (full bool, err error)
	// List is what was asked for on the given days by at least Least networks.
	List(ctx context.Context, days []string) ([]outage.Wanted, error)
}

// Service takes requests. It is safe for concurrent use.
type Service struct {
	store   Store
	now     func() time.Time
	limiter *ratelimit.Limiter

	mutex sync.Mutex
	day   string
	seen  map[string]bool // "network text" of the day; in memory only
}

// New counts in a store by a clock.
func New(store Store, now func() time.Time) *Service {
	return &Service{store: store, now: now, limiter: ratelimit.New(
		ratelimit.Level{Network: ratelimit.Address, PerMinute: 3, Burst: 10},
		ratelimit.Level{Network: ratelimit.Site, PerMinute: 10, Burst: 50},
		ratelimit.Level{Network: ratelimit.Carrier, PerMinute: 100, Burst: 500},
	)}
}

// Ask counts a request for a service. A text that is none is ignored; the error is an
// *outage.Error where the sender has to wait.
func (s *Service) Ask(ctx context.Context, from netip.Addr, text string) error {
	if wait := s.limiter.Take(from, 1, s.now()); wait > 0 {
		requestsTotal.WithLabelValues(outcomeLimited).Inc()
		return &outage.Error{Code: outage.CodeLimited, RetryAfter: wait, Detail: "too many requests from this network, please wait a moment"}
	}
	day := s.now().UTC().Format(time.DateOnly)
	normal := normalised(text)
	switch {
	case normal == "":
		requestsTotal.WithLabelValues(outcomeIgnored).Inc()
		return nil
	case !s.first(day, from, normal):
		requestsTotal.WithLabelValues(outcomeRepeat).Inc()
		return nil
	}
	full, err := s.store.Count(ctx, day, normal)
	if err != nil {
		return err
	}
	if full {
		requestsTotal.WithLabelValues(outcomeFull).Inc()
		return nil
	}
	requestsTotal.WithLabelValues(outcomeCounted).Inc()
	return nil
}

// List is what was asked for in the last days, the latest day first, and of a day the
// most wanted first.
func (s *Service) List(ctx context.Context) ([]outage.Wanted, error) {
	var days []string
	for back := range Days {
		days = append(days, s.now().UTC().AddDate(0, 0, -back).Format(time.DateOnly))
	}
	return s.store.List(ctx, days)
}

// first reports whether a network asks for a text for the first time today. With too
// many requests in memory nothing more is counted.
func (s *Service) first(day string, from netip.Addr, text string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.day != day {
		s.day, s.seen = day, map[string]bool{}
	}
	key := ratelimit.Site.Name(from) + " " + text
	if s.seen[key] || len(s.seen) >= mostSeen {
		return false
	}
	s.seen[key] = true
	return true
}

// normalised is a text as it is counted, "" for one that is not: names are compared as in
// a search, and what may be a number or an address of a person is left out.
func normalised(text string) string {
	if strings.ContainsAny(text, "@/") {
		return ""
	}
	normal := strings.Join(locale.Words(text), " ")
	letters, digits := utf8.RuneCountInString(normal), 0
	for _, r := range normal {
		if unicode.IsNumber(r) {
			digits++
		}
	}
	if letters < shortest || letters > longest || digits > mostDigits {
		return ""
	}
	return normal
}
