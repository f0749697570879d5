package notify

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// Incidents lists public incidents. It does not block. An unknown id is CodeNotFound.
type Incidents interface {
	Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []public.Incident, next string, err error)
	Incident(ctx context.Context, id string) (public.Incident, error)
}

// Services is the catalogue.
type Services interface {
	Services() []outage.Service
	Service(slug string) (outage.Service, bool)
}

// Shapes is the geography.
type Shapes interface {
	Regions(country outage.Country) []outage.Region
	RegionOfDistrict(district outage.District) outage.Region
	RegionName(region outage.Region, lang string) string
}

// Counts are the reports of an incident. An error leaves them out of an event.
type Counts interface {
	Extent(ctx context.Context, in public.Incident) (public.Extent, error)
	Extremes(ctx context.Context, service string, country outage.Country, span outage.Span) (public.Extremes, error)
	Symptoms(ctx context.Context, service string, area outage.Area, span outage.Span) (public.Symptoms, error)
	Now() time.Time
}

// Config is what a Service depends on. All of it is required but the limits.
type Config struct {
	Store     Store
	Incidents Incidents
	Counts    func() Counts // of one snapshot
	Services  Services
	Shapes    Shapes
	// Official is what the vendor of a service says now; false where that is not known.
	Official func(service string) (outage.Official, bool)
	// Leads reports whether this server detects: that one observes and sends.
	Leads func() bool
	// Client sends. It follows no redirect, and refuses the addresses that may not be
	// reached.
	Client *http.Client
	// PublicURL is the address of the server in links, "" for no links.
	PublicURL string
	// PlainHTTP allows webhooks without TLS.
	PlainHTTP bool
	// Hub is the address of the WebSub hub that is notified of changed feeds, "" for none. It
	// needs PublicURL.
	Hub string
	// PushServices are the hosts that push messages are sent to, AnyPushService for all; none
	// turns push off.
	PushServices []string
	// Mailer sends letters to visitors, nil for none. It needs PublicURL.
	Mailer Mailer
	// Site is the name of the site in letters, "" for Downpour.
	Site string
	// Contact is a mailto: or https: address for push services, "" for none.
	Contact  string
	Exercise bool // alerts and messages are marked as of a past outage that is played
	Logger   *slog.Logger
	Limits   Limits // zero values are the defaults
}

// Limits bound what webhooks may cost.
type Limits struct {
	PerOwner int // webhooks of one API key, 100
	Total    int // webhooks, 5,000
	Sending  int // requests under way to receivers that answered last time, 512
	Failing  int // and to those that did not, 64
	Visitors int // subscriptions of visitors, 20,000
	Pending  int // events that wait for one webhook, 5,000; the oldest are dropped beyond
}

func (l Limits) withDefaults() Limits {
	set := func(value *int, usual int) {
		if *value == 0 {
			*value = usual
		}
	}
	set(&l.PerOwner, 100)
	set(&l.Total, 5000)
	set(&l.Visitors, 20000)
	set(&l.Sending, 512)
	set(&l.Failing, 64)
	set(&l.Pending, 5000)
	return l
}

// Intervals of the loop, and how long things last.
const (
	checkEvery = 5 * time.Second        // whether this server leads, and whether webhooks were changed
	sweepEvery = time.Minute            // incidents without a wake-up, where anybody is to be notified
	flushEvery = 250 * time.Millisecond // of what became of deliveries
	keepFor    = 24 * time.Hour         // an event is sent again for so long
	sendFor    = 10 * time.Second       // one request
	rotateFor  = 24 * time.Hour         // a replaced secret still signs
)

// Service holds the webhooks and sends to them. It is safe for concurrent use.
type Service struct {
	config    Config
	sentences *locale.IncidentFormatter
	woken     chan struct{}
	owners    sync.Mutex               // held while webhooks are changed; guards tests
	tests     map[string]*rate.Limiter // by owner
	visitors  *ratelimit.Limiter
	letters   mailLimits
	keys      atomic.Pointer[vapidKeys]
}

// New is a Service that does nothing until Run.
func New(config Config) *Service {
	config.Limits = config.Limits.withDefaults()
	return &Service{
		config: config, sentences: locale.NewIncidentFormatter(config.Services, config.Shapes), woken: make(chan struct{}, 1),
		tests: map[string]*rate.Limiter{}, visitors: newVisitorLimit(), letters: newMailLimits(),
	}
}

// Wake makes Run look at the incidents at once: they or what a vendor says have changed. It
// does not block.
func (s *Service) Wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// Run observes incidents and sends events until ctx ends, while this server leads.
func (s *Service) Run(ctx context.Context) error {
	ticks := time.NewTicker(checkEvery)
	defer ticks.Stop()
	var leading *leader
	defer func() { leading.stop() }()
	failing, woken := false, false
	for {
		err := s.step(ctx, &leading, woken || failing)
		if now := err != nil && ctx.Err() == nil; now != failing {
			failing = now
			s.config.Logger.Info("observing incidents for webhooks", "failing", failing, "error", err)
		}
		select {
		case <-s.woken:
			woken = true
		case <-ticks.C:
			woken = false
		case <-ctx.Done():
			return nil
		}
	}
}

// step observes where something has changed, or may have. A server that begins to lead reads
// the state that the one before it stored; one that ends drops its own.
func (s *Service) step(ctx context.Context, leading **leader, changed bool) (err error) {
	if !s.config.Leads() {
		(*leading).stop()
		*leading = nil
		return nil
	}
	if *leading == nil {
		if *leading, err = s.lead(ctx); err != nil {
			return err
		}
		changed = true
	}
	l := *leading
	if err := l.readTargets(ctx); err != nil {
		return err
	}
	if !changed && (len(l.receivers) == 0 || time.Since(l.observed) < sweepEvery) {
		return nil
	}
	return l.observe(ctx)
}
