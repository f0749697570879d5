package notify

import (
	"context"
	"time"
)

// target is who receives events: a webhook, the hub of the feeds, or a visitor. Its values
// do not change; a changed one replaces it.
type target interface {
	// name is unique among targets and stays. It is the key of the target's progress.
	name() string
	// selects reports whether the target wants an event.
	selects(*Event) bool
	// paused targets receive nothing, and what waits for them is dropped.
	paused() bool
	// keeps is how long after an event it is still sent.
	keeps() time.Duration
	// host names the receiver in logs, without what may be a secret; "" for no line.
	host() string
	// send sends an event once. It blocks for sendFor at most.
	send(ctx context.Context, s *Service, event *Event) Delivery
	// settled is called after an event was delivered or refused for good.
	settled(l *leader, event *Event, result Delivery)
	// logs reports whether the tries are stored, for the owner to read.
	logs() bool
}

func (w *Webhook) name() string         { return w.ID }
func (w *Webhook) paused() bool         { return w.Paused }
func (w *Webhook) keeps() time.Duration { return keepFor }
func (w *Webhook) host() string         { return hostOf(w.URL) }
func (w *Webhook) logs() bool           { return true }

func (w *Webhook) send(ctx context.Context, s *Service, event *Event) Delivery {
	return s.send(ctx, *w, event)
}

// settled pauses a webhook whose receiver wants no more.
func (w *Webhook) settled(l *leader, _ *Event, result Delivery) {
	if result.gone {
		l.stopWebhook(l.ctx, *w, "The receiver answered 410 Gone.")
	}
}
