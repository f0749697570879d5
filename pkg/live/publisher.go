package live

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Readings is the health of services, from one snapshot. It does not block.
type Readings interface {
	// AsOf is the end of the newest complete minute of the snapshot.
	AsOf() time.Time
	Health(ctx context.Context, service string, country outage.Country) (public.Health, error)
	// Official is what the vendor of a service says, nil for nothing.
	Official(service string) *public.OfficialStatus
}

// Incidents lists incidents. It does not block.
type Incidents interface {
	Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []public.Incident, next string, err error)
	Incident(ctx context.Context, id string) (public.Incident, error)
}

// Config is what a Publisher depends on.
type Config struct {
	Hub       *Hub
	Readings  func() Readings // the snapshot of one poll
	Incidents Incidents
	Services  []outage.Service
	Every     time.Duration // between two polls
	Logger    *slog.Logger
}

// Publisher compares the current state with the previous one at each tick, and publishes
// the changes.
type Publisher struct {
	Config
	health    map[subject]Health
	incidents map[string]Incident
	official  map[string]time.Time // when the last one that was sent began, by service
}

// NewPublisher makes a Publisher without a previous state.
func NewPublisher(config Config) *Publisher {
	return &Publisher{Config: config, health: map[subject]Health{}, incidents: map[string]Incident{}, official: map[string]time.Time{}}
}

// The names of events.
const (
	eventStatus   = "status"   // the status or the incident of a service changed
	eventCounts   = "counts"   // only its counts changed
	eventIncident = "incident" // an incident opened, changed or ended
	eventOfficial = "official" // what the vendor of a service says changed
)

// Health is the data of a status and of counts.
type Health struct {
	Service  string         `json:"service"`
	Country  outage.Country `json:"country"`
	Status   outage.Status  `json:"status"`
	Observed int64          `json:"observed"`
	Expected *float64       `json:"expected"` // nil while the normal is unknown
	Incident string         `json:"incident,omitempty"`
	// Incidents are all that are open or recovering, Incident first.
	Incidents []string  `json:"incidents,omitempty"`
	Cause     string    `json:"cause,omitempty"` // where the service is probably not at fault
	Window    string    `json:"window"`          // of observed and expected
	AsOf      time.Time `json:"as_of"`
}

// same reports whether a reader would see no change. The expected count changes all the
// time; it is sent with the next other change.
func (h Health) same(now Health) bool {
	return h.Observed == now.Observed && h.sameTrouble(now)
}

// sameTrouble reports whether neither the status nor the incidents changed.
func (h Health) sameTrouble(now Health) bool {
	return h.Status == now.Status && h.Incident == now.Incident && h.Cause == now.Cause && slices.Equal(h.Incidents, now.Incidents)
}

// Incident is the data of an incident.
type Incident struct {
	ID       string          `json:"id"`
	Service  string          `json:"service"`
	Country  outage.Country  `json:"country"`
	State    outage.State    `json:"state"`
	Severity outage.Severity `json:"severity"`
	Verdict  outage.Verdict  `json:"verdict"`
	Cause    string          `json:"cause,omitempty"` // where the service is probably not at fault
	OpenedAt time.Time       `json:"opened_at"`
	ClosedAt *time.Time      `json:"closed_at"`
	AsOf     time.Time       `json:"as_of"`
}

// Official is the data of an official status. It is about all countries.
type Official struct {
	Service string `json:"service"`
	*public.OfficialStatus
}

// Run polls at each tick until ctx ends, and then closes the hub.
func (p *Publisher) Run(ctx context.Context) error {
	defer p.Hub.Close()
	ticks := time.NewTicker(p.Every)
	defer ticks.Stop()
	failing := false
	for {
		err := p.poll(ctx)
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			failing = failed
			p.Logger.Info("stream publisher changed state", "stale", failing, "error", err)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// poll publishes the changes since the last poll.
func (p *Publisher) poll(ctx context.Context) error {
	readings := p.Readings()
	if err := p.pollIncidents(ctx, readings.AsOf()); err != nil {
		return err
	}
	var healths []Health
	for _, service := range p.Services {
		p.publishOfficial(service.Slug, readings.Official(service.Slug))
		used := service.Country
		if len(used) == 0 {
			used = outage.Countries()
		}
		for _, country := range used {
			health, err := readings.Health(ctx, service.Slug, country)
			if err != nil {
				return fmt.Errorf("reading the health of %s: %w", service.Slug, err)
			}
			healths = append(healths, newHealth(service.Slug, country, health))
		}
	}
	for _, health := range public.Behind(healths, Health.causedBy) {
		p.publishHealth(health)
	}
	return nil
}

func newHealth(service string, country outage.Country, health public.Health) Health {
	now := Health{
		Service: service, Country: country, AsOf: health.AsOf, Status: health.Status,
		Window: fmt.Sprintf("%dm", health.Window/time.Minute), Observed: health.Observed,
	}
	if health.Expected != nil {
		rounded := math.Round(*health.Expected*100) / 100
		now.Expected = &rounded
	}
	if health.Incident != nil {
		now.Incident, now.Cause = health.Incident.ID, health.Incident.Blamed()
	}
	for _, in := range health.Incidents {
		now.Incidents = append(now.Incidents, in.ID)
	}
	return now
}

// causedBy reports whether the incident of a service is probably the consequence
// of what is wrong with another.
func (h Health) causedBy(cause Health) bool {
	return h.Cause == cause.Service && h.Country == cause.Country
}

func (p *Publisher) publishHealth(now Health) {
	about := subject{eventStatus, now.Service, now.Country}
	before, seen := p.health[about]
	if seen && before.same(now) {
		return
	}
	p.health[about] = now
	name := eventCounts
	if !seen || !before.sameTrouble(now) {
		name = eventStatus
	}
	p.publish(name, now.Service, now.Country, now, about, standingOf(now.Cause))
}

func (p *Publisher) publishOfficial(service string, now *public.OfficialStatus) {
	if now == nil || now.Since.Equal(p.official[service]) {
		return
	}
	p.official[service] = now.Since
	p.publish(eventOfficial, service, "", Official{service, now}, subject{kind: eventOfficial, service: service}, present)
}

// active are the states of incidents that are not over.
var active = []outage.State{outage.StateOpen, outage.StateRecovering}

// mostIncidents is the limit of one list.
const mostIncidents = 1000

func (p *Publisher) pollIncidents(ctx context.Context, asOf time.Time) error {
	now := map[string]bool{}
	var open []public.Incident
	for _, state := range active {
		records, _, err := p.Incidents.Incidents(ctx, outage.IncidentFilter{State: state}, "", mostIncidents)
		if err != nil {
			return fmt.Errorf("reading %s incidents: %w", state, err)
		}
		open = append(open, records...)
	}
	for _, record := range public.InOrder(open) {
		now[record.ID] = true
		p.publishIncident(record, asOf)
	}
	for id := range p.incidents {
		if now[id] {
			continue
		}
		record, err := p.Incidents.Incident(ctx, id)
		if err != nil {
			return fmt.Errorf("reading incident %s: %w", id, err)
		}
		p.publishIncident(record, asOf)
	}
	return nil
}

func (p *Publisher) publishIncident(record public.Incident, asOf time.Time) {
	now := Incident{
		ID: record.ID, Service: record.Service, Country: record.Country, AsOf: asOf, State: record.State,
		Severity: record.Severity, Verdict: record.Verdict, Cause: record.Blamed(), OpenedAt: record.OpenedAt.UTC(),
	}
	before, seen := p.incidents[record.ID]
	if before.AsOf = now.AsOf; seen && before == now {
		return
	}
	state := standingOf(now.Cause)
	if record.State != outage.StateResolved {
		p.incidents[record.ID] = now
	} else {
		state = over
		delete(p.incidents, record.ID)
		closed := record.ClosedAt.UTC()
		now.ClosedAt = &closed
	}
	p.publish(eventIncident, now.Service, now.Country, now, subject{eventIncident + now.ID, now.Service, now.Country}, state)
}

func (p *Publisher) publish(name, service string, country outage.Country, data any, about subject, state standing) {
	text, err := json.Marshal(data)
	if err != nil {
		p.Logger.Error("encoding an event", "name", name, "error", err)
		return
	}
	p.Hub.publish(outage.Event{Name: name, Service: service, Country: country, Data: text}, about, state)
}
