package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// leader observes incidents and sends, with the state of all of that in memory.
type leader struct {
	*Service
	number    uint64           // of the last event
	events    map[uint64]Event // of the last day
	incidents map[string]*seen
	targets   targets
	observed  time.Time // when incidents were last looked at
	forgotten forgotten
	slots     slots

	mutex     sync.Mutex // guards receivers, which only observe changes
	receivers map[string]*receiver
	flushing  sync.Mutex      // held while progress is stored or deleted
	ctx       context.Context // of the receivers
	cancel    context.CancelFunc
	working   sync.WaitGroup
}

// lead reads the stored state and starts the receivers.
func (s *Service) lead(ctx context.Context) (l *leader, err error) {
	l = &leader{Service: s, events: map[uint64]Event{}, receivers: map[string]*receiver{}, slots: newSlots(s.config.Limits)}
	if l.incidents, err = readAll[seen](ctx, s.config.Store, entryIncidents); err != nil {
		return nil, err
	}
	events, err := readAll[Event](ctx, s.config.Store, entryEvents)
	if err != nil {
		return nil, err
	}
	for _, event := range events {
		l.events[event.Number] = *event
		l.number = max(l.number, event.Number)
	}
	l.ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := l.readTargets(ctx); err != nil {
		l.stop()
		return nil, err
	}
	l.working.Go(l.flushLoop)
	return l, nil
}

// stop ends the receivers and stores what became of their deliveries. A nil leader has
// none.
func (l *leader) stop() {
	if l == nil {
		return
	}
	l.cancel()
	l.working.Wait()
}

// listed are the receivers now.
func (l *leader) listed() []*receiver {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return slices.Collect(maps.Values(l.receivers))
}

func (l *leader) numbers() []uint64 {
	numbers := make([]uint64, 0, len(l.events))
	for number := range l.events {
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	return numbers
}

// observe stores what happened to incidents since the last time and gives the events to
// the receivers.
func (l *leader) observe(ctx context.Context) error {
	l.observed = time.Now()
	l.forgetExpired()
	current, err := l.current(ctx)
	if err != nil {
		return err
	}
	var made []Event
	var entries []Entry
	changed := map[string]*seen{}
	for _, in := range current {
		events, now := l.derive(ctx, in)
		if now == nil {
			continue
		}
		entry, err := entryOf(entryIncidents, in.ID, now)
		if err != nil {
			return err
		}
		entries, changed[in.ID] = append(entries, entry), now
		made = append(made, events...)
	}
	for i := range made {
		made[i].Number = l.number + 1 + uint64(i)
		entry, err := entryOf(entryEvents, eventName(made[i].Number), made[i])
		if err != nil {
			return err
		}
		entries = append(entries, entry)
	}
	entries = append(entries, l.expired()...)
	if len(entries) == 0 {
		return nil
	}
	if err := l.config.Store.Write(ctx, entries); err != nil {
		return err
	}
	l.accept(made, changed, entries)
	return nil
}

// accept takes over what was stored, and gives new events to their receivers.
func (l *leader) accept(made []Event, changed map[string]*seen, stored []Entry) {
	for id, now := range changed {
		l.incidents[id] = now
	}
	for _, entry := range stored {
		if entry.Value == nil {
			delete(l.incidents, entry.Name)
			if number, err := strconv.ParseUint(entry.Name, 10, 64); err == nil {
				delete(l.events, number)
			}
		}
	}
	for i := range made {
		event := made[i]
		l.number, l.events[event.Number] = event.Number, event
		eventsTotal.WithLabelValues(string(event.Kind)).Inc()
		for _, of := range l.receivers {
			of.offer(&event)
		}
	}
}

// eventName is the name of an event in the store.
func eventName(number uint64) string { return fmt.Sprintf("%020d", number) }

// settledFor is how long an incident is remembered after its end: it may reopen.
const settledFor = 48 * time.Hour

// expired are deletions of events that nobody sends any more and of incidents that were
// over long ago.
func (l *leader) expired() (deletions []Entry) {
	now := time.Now()
	for number, event := range l.events {
		// The last one stays: it has the highest number.
		if number != l.number && now.Sub(event.At) > keepFor+time.Hour {
			deletions = append(deletions, Entry{Kind: entryEvents, Name: eventName(number)})
		}
	}
	for id, of := range l.incidents {
		if !of.ClosedAt.IsZero() && now.Sub(of.ClosedAt) > settledFor {
			deletions = append(deletions, Entry{Kind: entryIncidents, Name: id})
		}
	}
	return deletions
}

// mostIncidents is the length of a page of incidents.
const mostIncidents = 500

// current are the incidents that may have changed: those that are not over, those of the
// last day, and those that were not over when they were last seen. Causes are before
// their consequences.
func (l *leader) current(ctx context.Context) ([]public.Incident, error) {
	found := map[string]public.Incident{}
	now := outage.MinuteOf(time.Now()) + 1
	day := outage.Span{From: now - 24*60, To: now}
	for _, filter := range []outage.IncidentFilter{{State: outage.StateOpen}, {State: outage.StateRecovering}, {Span: day}} {
		for cursor, first := "", true; first || cursor != ""; first = false {
			page, next, err := l.config.Incidents.Incidents(ctx, filter, cursor, mostIncidents)
			if err != nil {
				return nil, err
			}
			for _, in := range page {
				found[in.ID] = in
			}
			cursor = next
		}
	}
	for id, before := range l.incidents {
		if _, ok := found[id]; ok || before.State == outage.StateResolved {
			continue
		}
		in, err := l.config.Incidents.Incident(ctx, id)
		if known := outage.AsError(err); known != nil && known.Code == outage.CodeNotFound {
			continue
		} else if err != nil {
			return nil, err
		}
		found[id] = in
	}
	listed := make([]public.Incident, 0, len(found))
	for _, in := range found {
		listed = append(listed, in)
	}
	slices.SortFunc(listed, func(a, b public.Incident) int { return a.OpenedAt.Compare(b.OpenedAt) })
	return public.InOrder(listed), nil
}

// tooLate is how long after its end an incident that nobody has seen is still news. One
// that ended earlier is from an import.
const tooLate = time.Hour

// derive makes the events of what happened to an incident. now is nil where it is as it
// was last seen.
func (l *leader) derive(ctx context.Context, in public.Incident) (events []Event, now *seen) {
	before := l.incidents[in.ID]
	if before == nil && !in.ClosedAt.IsZero() && time.Since(in.ClosedAt) > tooLate {
		return nil, nil
	}
	now = seenOf(in, before)
	now.Official = l.official(in.Service, before)
	steps := before.steps(now)
	if len(steps) == 0 {
		return nil, nil
	}
	wire := l.wire(ctx, in)
	wire.Official = now.Official
	at := time.Now().UTC()
	for _, kind := range steps {
		sent := wire
		if kind == KindOfficial {
			sent.Summary = now.Official.sentence() + " " + wire.Summary
		}
		events = append(events, now.next(kind, at, sent))
	}
	return events, now
}

// official is what the vendor of a service says. While its page cannot be read, it is what
// it said when the incident was last seen.
func (l *leader) official(service string, before *seen) *Official {
	if of, ok := l.config.Official(service); ok && of.State != outage.OfficialUnknown {
		return &Official{of.State, of.At.UTC()}
	}
	if before != nil {
		return before.Official
	}
	return nil
}

// wire is an incident for receivers. Counts that cannot be read are left out.
func (l *leader) wire(ctx context.Context, in public.Incident) Incident {
	service, _ := l.config.Services.Service(in.Service)
	counts := l.config.Counts()
	extent, err := counts.Extent(ctx, in)
	where, whereErr := counts.Extremes(ctx, in.Service, in.Country, in.WorstIn(counts.Now()))
	symptoms, alsoErr := l.symptoms(ctx, counts, in)
	if err := errors.Join(err, whereErr, alsoErr); err != nil {
		l.config.Logger.Debug("counting the reports of an incident for an event", "incident", in.ID, "error", err)
	}
	made := Incident{
		ID: in.ID, Service: in.Service, ServiceName: service.Name, Family: service.Family, Country: in.Country,
		State: in.State, Severity: in.Severity, Verdict: in.Verdict, Cause: in.Blamed(), Scope: in.Footprint.Scope,
		Regions: append([]outage.Region{}, in.Footprint.Regions...), Districts: append([]outage.District{}, in.Footprint.Districts...),
		Symptoms: symptoms, Centroid: in.Footprint.Centroid, Observed: in.Observed, Expected: rounded(in.Expected), Ratio: rounded(in.Ratio), Peak: rounded(in.Peak),
		OpenedAt: in.OpenedAt.UTC(), MergedInto: in.MergedInto,
		Title: l.sentences.Headline(in), Summary: l.sentences.Summary(locale.Default, in, extent, where), Where: l.sentences.Where(locale.Default, in),
	}
	if made.ServiceName == "" {
		made.ServiceName = in.Service
	}
	if !in.ClosedAt.IsZero() {
		closed := in.ClosedAt.UTC()
		made.ClosedAt = &closed
	}
	if l.config.PublicURL != "" {
		made.URL = l.config.PublicURL + "/incidents/" + in.ID
	}
	return made
}

// mainShare is the part of the reports of an incident that names a main symptom.
const mainShare = .25

// symptoms are the main ones of an incident.
func (l *leader) symptoms(ctx context.Context, counts Counts, in public.Incident) ([]string, error) {
	main := []string{}
	found, err := counts.Symptoms(ctx, in.Service, outage.Area{Country: in.Country}, in.Span(counts.Now()))
	for _, one := range found.Items {
		if one.Symptom != "" && float64(one.Reports) >= mainShare*float64(found.Total) {
			main = append(main, one.Symptom)
		}
	}
	return main, err
}
