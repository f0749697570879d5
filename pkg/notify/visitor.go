package notify

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// How long what visitors asked for is kept.
const (
	visitorFor   = 90 * 24 * time.Hour
	untilBackFor = 7 * 24 * time.Hour // where nothing comes back before
)

// Interest is what a visitor wants to hear of: the opening and the end of incidents of one
// service, or of all in one region, in one country.
type Interest struct {
	Service string         `json:"service,omitempty"` // "" for all, which needs a region
	Country outage.Country `json:"country"`
	Region  outage.Region  `json:"region,omitempty"` // "" for the whole country
	// UntilBack is for the end only, once.
	UntilBack bool   `json:"until_back"`
	Lang      string `json:"lang"`
}

// Visitor is a subscription without an account. It has no more of a person than what a
// message needs to arrive.
type Visitor struct {
	ID        string    `json:"id"` // whoever knows it can end the subscription
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	Interest
	// One of them is where messages go.
	Push *PushAddress `json:"push,omitempty"`
	Mail string       `json:"mail,omitempty"`
}

// visitorID is the id of a subscription: the same for the same address and interest, and not to
// be guessed without the address.
func visitorID(prefix, address string, of Interest) string {
	once := ""
	if of.UntilBack {
		once = "once"
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{address, of.Service, string(of.Country), string(of.Region), once}, "\n")))
	const length = 26 // 130 bits
	return prefix + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:length]
}

// check returns what is wrong with an interest, by field.
func (s *Service) checkInterest(of *Interest) error {
	service, known := s.config.Services.Service(of.Service)
	switch {
	case !of.Country.Covered():
		return outage.Unknown("country", "It must be a country that this server covers.")
	case of.Service != "" && !known:
		return outage.Unknown("service", "There is no service of this name.")
	case of.Service != "" && len(service.Country) > 0 && !slices.Contains(service.Country, of.Country):
		return outage.Invalid("country", "The service is not offered in this country.")
	case of.Region != "" && (of.Region.Country() != of.Country || !slices.Contains(s.config.Shapes.Regions(of.Country), of.Region)):
		return outage.Unknown("region", "There is no region of this code in the country.")
	case of.Service == "" && of.Region == "":
		return outage.Invalid("service", "It must be a service, or a region for all services there.")
	}
	return nil
}

// subscribe stores a visitor's subscription, or replaces the one of the same address and
// interest.
func (s *Service) subscribe(ctx context.Context, of Visitor) (Visitor, error) {
	of.CreatedAt = time.Now().UTC()
	keep := visitorFor
	if of.UntilBack {
		keep = untilBackFor
	}
	of.ExpiresAt = of.CreatedAt.Add(keep)
	n, err := s.config.Store.Count(ctx, entryVisitors)
	if err != nil {
		return of, unavailableVisitors(err)
	}
	if n >= s.config.Limits.Visitors {
		return of, &outage.Error{Code: outage.CodeConflict, Detail: "There is no room for another subscription on this server."}
	}
	entry, err := entryOf(entryVisitors, of.ID, of)
	if err != nil {
		return of, err
	}
	return of, s.writeVisitors(ctx, entry)
}

// newVisitorLimit bounds how many subscriptions come from a network.
func newVisitorLimit() *ratelimit.Limiter {
	return ratelimit.New(
		ratelimit.Level{Network: ratelimit.Address, PerMinute: 1, Burst: 20},
		ratelimit.Level{Network: ratelimit.Site, PerMinute: 10, Burst: 100},
		ratelimit.Level{Network: ratelimit.Carrier, PerMinute: 100, Burst: 1000},
	)
}

// allowVisitor counts a subscription from an address.
func (s *Service) allowVisitor(from netip.Addr) error {
	if wait := s.visitors.Take(from, 1, time.Now()); wait > 0 {
		return &outage.Error{Code: outage.CodeLimited, Detail: "Too many subscriptions from this network.", RetryAfter: wait}
	}
	return nil
}

// Unsubscribe ends a subscription. One that is not there any more is no error.
func (s *Service) Unsubscribe(ctx context.Context, id string) error {
	stored, err := s.config.Store.Get(ctx, entryVisitors, id)
	if err != nil {
		return unavailableVisitors(err)
	}
	if stored == nil {
		return nil
	}
	return s.writeVisitors(ctx, Entry{Kind: entryVisitors, Name: id}, Entry{Kind: entryProgress, Name: id})
}

// writeVisitors changes subscriptions. The server that sends reads them again within
// checkEvery, not at once: during an outage many come at the same time.
func (s *Service) writeVisitors(ctx context.Context, entries ...Entry) error {
	entries = append(entries, newVersion(entryVisitors))
	if err := s.config.Store.Write(ctx, entries); err != nil {
		return unavailableVisitors(err)
	}
	return nil
}

func unavailableVisitors(err error) error {
	return outage.Unavailable("storing subscriptions", err, "Subscriptions cannot be read or changed now.", checkEvery)
}

func (v *Visitor) name() string { return v.ID }
func (v *Visitor) paused() bool { return false }

// host is none: logs name no visitor.
func (v *Visitor) host() string { return "" }
func (v *Visitor) logs() bool   { return false }

// keeps is short: nobody wants to hear in the evening that something failed in the morning.
func (v *Visitor) keeps() time.Duration { return 4 * time.Hour }

// selects leaves out the opening of an incident that was over before it was seen: its end says all.
func (v *Visitor) selects(event *Event) bool {
	in := &event.Incident
	wanted := event.Kind == KindResolved || event.Kind == KindOpened && !v.UntilBack && in.State != outage.StateResolved
	return wanted && event.At.After(v.CreatedAt) && event.At.Before(v.ExpiresAt) && in.Country == v.Country &&
		(v.Service == "" || v.Service == in.Service) &&
		(v.Region == "" || in.Scope == outage.ScopeCountry || slices.Contains(in.Regions, v.Region))
}

// send leaves out the end of an incident while another goes on, for whoever waits until all
// is back.
func (v *Visitor) send(ctx context.Context, s *Service, event *Event) Delivery {
	if v.UntilBack {
		goesOn, err := s.goesOn(ctx, v, event)
		if err != nil {
			return Delivery{At: time.Now().UTC(), Error: err.Error()}
		}
		if goesOn {
			return Delivery{At: time.Now().UTC(), omitted: true}
		}
	}
	if v.Push == nil {
		return s.letter(ctx, v, event)
	}
	return s.push(ctx, v, event)
}

// goesOn reports whether another incident of the interest is not over.
func (s *Service) goesOn(ctx context.Context, v *Visitor, event *Event) (bool, error) {
	for _, state := range []outage.State{outage.StateOpen, outage.StateRecovering} {
		page, _, err := s.config.Incidents.Incidents(ctx, outage.IncidentFilter{Service: v.Service, Country: v.Country, Region: v.Region, State: state}, "", mostIncidents)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(page, func(in public.Incident) bool { return in.ID != event.Incident.ID }) {
			return true, nil
		}
	}
	return false, nil
}

// settled forgets a visitor whose browser wants no more, and one who waited for the end.
func (v *Visitor) settled(l *leader, _ *Event, result Delivery) {
	if result.gone || v.UntilBack && !result.omitted {
		l.forget(v.ID)
	}
}
