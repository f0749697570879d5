package bucket

import (
	"context"
	"maps"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Window is the hot window at one instant. It never changes, so that all answers
// made from one agree with each other. It is safe for concurrent use.
type Window struct {
	minutes   map[outage.Minute]*minuteCounts
	span      outage.Span
	refreshed time.Time
}

// Window is what the hot window holds now. It shares the counts, which are never
// changed, and copies no more than the list of minutes.
func (h *Hot) Window() *Window {
	span := h.Span()
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	return &Window{minutes: maps.Clone(h.minutes), span: span, refreshed: h.refreshed}
}

// Version is another number whenever the counts of the hot window have changed.
func (h *Hot) Version() int64 {
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	return h.version
}

// Refreshed is when the window agreed with Redis; zero where it never did.
func (w *Window) Refreshed() time.Time { return w.refreshed }

// Span is the stretch of minutes that the window covers.
func (w *Window) Span() outage.Span { return w.span }

// Counts answers a query as Hot.Counts does.
func (w *Window) Counts(_ context.Context, query outage.Query) ([]outage.Count, error) {
	return countsOf(w.minutes, query), nil
}
