package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// How many deliveries of a webhook are listed: the latest tries, and the latest events
// that were given up.
const (
	mostLogged = 20
	mostDead   = 20
)

// progress is which events of a webhook are settled, and its log.
type progress struct {
	// Cursor is a number up to which all events are settled, and Beyond are those after it
	// that are.
	Cursor uint64     `json:"cursor"`
	Beyond []uint64   `json:"beyond,omitempty"`
	Log    []Delivery `json:"log,omitempty"`
	Dead   []Delivery `json:"dead,omitempty"`
}

// Delivery is one try to send an event, or, of those that were given up, the last one.
type Delivery struct {
	Event    string     `json:"event"` // id
	Kind     Kind       `json:"kind"`
	Incident string     `json:"incident"`
	At       time.Time  `json:"at"`
	Try      int        `json:"try"`             // counts from 1
	Status   int        `json:"status"`          // of HTTP, 0 for no response
	Error    string     `json:"error,omitempty"` // "" where it was delivered
	Millis   int64      `json:"duration_ms"`
	Next     *time.Time `json:"next,omitempty"` // of the next try

	retryAfter time.Duration
	gone       bool // the receiver wants no more
	omitted    bool // there was nothing to send
}

func (d Delivery) delivered() bool { return d.Error == "" }

func (p *progress) settled(number uint64) bool {
	return number <= p.Cursor || slices.Contains(p.Beyond, number)
}

// settle notes an event as settled; first is the lowest number that waits, 0 where none
// does.
func (p *progress) settle(number, first uint64) {
	p.Beyond = append(p.Beyond, number)
	if first == 0 {
		p.settleAll(slices.Max(p.Beyond))
		return
	}
	p.Cursor = max(p.Cursor, first-1)
	p.Beyond = slices.DeleteFunc(p.Beyond, func(n uint64) bool { return n <= p.Cursor })
}

// settleAll notes all events up to a number as settled.
func (p *progress) settleAll(number uint64) { p.Cursor, p.Beyond = max(p.Cursor, number), nil }

func (p *progress) log(event *Event, result Delivery) {
	p.Log = newest(p.Log, of(event, result), mostLogged)
}

func (p *progress) bury(event *Event, result Delivery) {
	p.Dead = newest(p.Dead, of(event, result), mostDead)
}

// of is a delivery with what names its event.
func of(event *Event, result Delivery) Delivery {
	result.Event, result.Kind, result.Incident = event.ID, event.Kind, event.Incident.ID
	return result
}

// newest puts a delivery before the others and drops the oldest beyond most.
func newest(list []Delivery, one Delivery, most int) []Delivery {
	list = slices.Insert(slices.Clone(list), 0, one)
	return list[:min(len(list), most)]
}

// progressOf reads what is stored of a webhook.
func (s *Service) progressOf(ctx context.Context, id string) (stored progress, err error) {
	text, err := s.config.Store.Get(ctx, entryProgress, id)
	if err != nil || text == nil {
		return stored, err
	}
	if err := json.Unmarshal(text, &stored); err != nil {
		return stored, fmt.Errorf("decoding the progress of webhook %s: %w", id, err)
	}
	return stored, nil
}

// flushLoop stores what became of deliveries, at intervals and at the end. What a crash
// loses of it is sent again under the same ids.
func (l *leader) flushLoop() {
	ticks := time.NewTicker(flushEvery)
	defer ticks.Stop()
	failing := false
	for ended := false; !ended; {
		select {
		case <-ticks.C:
		case <-l.ctx.Done():
			ended = true
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), sendFor)
		err := l.flush(ctx)
		cancel()
		if now := err != nil; now != failing {
			failing = now
			l.config.Logger.Info("storing deliveries of webhooks", "failing", failing, "error", err)
		}
	}
}

// flush stores the progress of the webhooks where it changed.
func (l *leader) flush(ctx context.Context) error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	var entries []Entry
	var written []*receiver
	for _, of := range l.listed() {
		entry, dirty, err := of.stored()
		if err != nil {
			return err
		}
		if dirty {
			entries, written = append(entries, entry), append(written, of)
		}
	}
	over := l.forgotten.take()
	entries = append(entries, deletions(over)...)
	if len(entries) == 0 {
		return nil
	}
	if err := l.config.Store.Write(ctx, entries); err != nil {
		l.forgotten.add(over...)
		for _, of := range written {
			of.markDirty()
		}
		return err
	}
	return nil
}

// stored is the entry of a receiver, and whether it changed since the last call.
func (r *receiver) stored() (Entry, bool, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.dirty {
		return Entry{}, false, nil
	}
	r.dirty = false
	entry, err := entryOf(entryProgress, r.target.name(), r.progress)
	return entry, true, err
}

func (r *receiver) markDirty() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.dirty = true
}
