package notify

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/retry"
)

// again are the waits before an event is sent again.
var again = retry.Waits{First: 5 * time.Second, Most: time.Hour}

// receiver sends the events of one target, one request at a time. Events of one incident
// are a lane: its first event is sent until it is settled, and then the next.
type receiver struct {
	leader *leader
	cancel context.CancelFunc
	ctx    context.Context
	woken  chan struct{}

	mutex    sync.Mutex // guards what is below
	target   target
	lanes    map[string]*lane
	progress progress
	dirty    bool // progress differs from what is stored
	failing  bool // the last request failed
}

// lane are the events of an incident that wait, oldest first.
type lane struct {
	events []*Event
	next   time.Time // when the first is sent; zero for at once
	waits  *retry.Schedule
	tries  int // of the first
}

func newReceiver(l *leader, to target, stored progress) *receiver {
	r := &receiver{leader: l, target: to, lanes: map[string]*lane{}, progress: stored, woken: make(chan struct{}, 1)}
	r.ctx, r.cancel = context.WithCancel(l.ctx)
	return r
}

// end stops the receiver and drops what waits.
func (r *receiver) end() { r.cancel() }

// change takes over changed settings. Where they pause the target, what waits is dropped;
// head is the number of the last event.
func (r *receiver) change(to target, head uint64) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.target = to
	if to.paused() && len(r.lanes) > 0 {
		r.lanes = map[string]*lane{}
		r.progress.settleAll(head)
		r.dirty = true
	}
	r.wake()
}

func (r *receiver) wake() {
	select {
	case r.woken <- struct{}{}:
	default:
	}
}

// offer adds an event that the target selects.
func (r *receiver) offer(event *Event) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.target.selects(event) {
		return
	}
	r.add(event)
	r.wake()
}

// add appends an event to its lane. The caller holds mutex, or has the receiver alone.
func (r *receiver) add(event *Event) {
	of := r.lanes[event.Incident.ID]
	if of == nil {
		of = &lane{waits: again.Schedule()}
		r.lanes[event.Incident.ID] = of
	}
	of.events = append(of.events, event)
	if r.pending() > r.leader.config.Limits.Pending {
		r.dropOldest()
	}
}

func (r *receiver) pending() (n int) {
	for _, of := range r.lanes {
		n += len(of.events)
	}
	return n
}

// dropOldest makes room in a full queue.
func (r *receiver) dropOldest() {
	var oldest *lane
	for _, of := range r.lanes {
		if oldest == nil || of.events[0].Number < oldest.events[0].Number {
			oldest = of
		}
	}
	r.settle(oldest, Delivery{At: time.Now().UTC(), Error: "the queue is full"}, dead)
}

// run sends until the receiver ends.
func (r *receiver) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		of, wait := r.due()
		if of != nil && wait <= 0 {
			r.deliver(of)
			if r.ctx.Err() != nil {
				return
			}
			continue
		}
		timer.Stop()
		if of != nil {
			timer.Reset(wait)
		}
		select {
		case <-r.woken:
		case <-timer.C:
		case <-r.ctx.Done():
			return
		}
	}
}

// due is the lane that is sent next, the oldest event first, and how long to wait for it;
// nil where none waits.
func (r *receiver) due() (next *lane, wait time.Duration) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, of := range r.lanes {
		if next == nil || of.next.Before(next.next) || of.next.Equal(next.next) && of.events[0].Number < next.events[0].Number {
			next = of
		}
	}
	if next == nil {
		return nil, 0
	}
	return next, time.Until(next.next)
}

// deliver sends the first event of a lane and records what came of it.
func (r *receiver) deliver(of *lane) {
	r.mutex.Lock()
	if len(of.events) == 0 { // dropped meanwhile
		r.mutex.Unlock()
		return
	}
	to, event, failing := r.target, of.events[0], r.failing
	r.mutex.Unlock()
	release, ok := r.leader.slots.acquire(r.ctx, failing)
	if !ok {
		return
	}
	result := to.send(r.ctx, r.leader.Service, event)
	release()
	if r.ctx.Err() != nil && !result.delivered() {
		return // not the receiver's failure
	}
	if result.delivered() || result.gone {
		to.settled(r.leader, event, result)
	}
	r.record(of, event, result)
}

// record settles an event that was delivered or is too old, and schedules it again
// otherwise.
func (r *receiver) record(of *lane, event *Event, result Delivery) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	changed := result.delivered() == r.failing
	r.failing = !result.delivered()
	if changed && r.target.host() != "" {
		r.leader.config.Logger.Info("receiver changed state", "receiver", r.target.name(), "host", r.target.host(), "failing", r.failing, "error", result.Error)
	}
	if len(of.events) == 0 || of.events[0] != event { // dropped meanwhile
		return
	}
	of.tries++
	result.Try = of.tries
	switch {
	case result.delivered():
		r.settle(of, result, delivered)
	case result.gone, time.Since(event.At) >= r.target.keeps():
		r.settle(of, result, dead)
	default:
		wait := max(of.waits.Next(), min(result.retryAfter, again.Most))
		of.next = time.Now().Add(wait)
		next := of.next.UTC()
		result.Next = &next
		if r.target.logs() {
			r.progress.log(event, result)
			r.dirty = true
		}
	}
}

// outcome is how an event ended for a webhook.
type outcome string

const (
	delivered outcome = "delivered"
	dead      outcome = "dead"
)

// settle removes the first event of a lane. The caller holds mutex.
func (r *receiver) settle(of *lane, result Delivery, how outcome) {
	event := of.events[0]
	deliveriesTotal.WithLabelValues(string(how)).Inc()
	if how == delivered {
		deliveryDuration.Observe(time.Since(event.At).Seconds())
	}
	of.events, of.next, of.tries = slices.Delete(of.events, 0, 1), time.Time{}, 0
	of.waits.Reset()
	if len(of.events) == 0 {
		delete(r.lanes, event.Incident.ID)
	}
	if r.target.logs() {
		r.progress.log(event, result)
		if how == dead {
			r.progress.bury(event, result)
		}
	}
	r.progress.settle(event.Number, r.firstPending())
	r.dirty = true
}

// firstPending is the lowest number that waits, 0 where none does.
func (r *receiver) firstPending() (first uint64) {
	for _, of := range r.lanes {
		if number := of.events[0].Number; first == 0 || number < first {
			first = number
		}
	}
	return first
}

// slots bound the requests under way. Receivers that failed last time have slots of their
// own, so that the others need not wait for them.
type slots struct{ answering, failing chan struct{} }

func newSlots(limits Limits) slots {
	return slots{make(chan struct{}, limits.Sending), make(chan struct{}, limits.Failing)}
}

// acquire waits for a slot until ctx ends, and then returns false.
func (s slots) acquire(ctx context.Context, failing bool) (release func(), ok bool) {
	of := s.answering
	if failing {
		of = s.failing
	}
	select {
	case of <- struct{}{}:
		return func() { <-of }, true
	case <-ctx.Done():
		return nil, false
	}
}
