package bucket

import (
	"context"
	"maps"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Window is the hot window at one instant. It is immutable, so that all results from one
// window agree, and safe for concurrent use.
type Window struct {
	minutes   map[outage.Minute]*minuteCounts
	span      outage.Span
	refreshed time.Time
}

// Window is the hot window as it is now. It shares the immutable counts and copies only
// the list of minutes.
func (h *Hot) Window() *Window {
	span := h.Span()
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	return &Window{minutes: maps.Clone(h.minutes), span: span, refreshed: h.refreshed}
}

// Version changes whenever the counts of the hot window have changed.
func (h *Hot) Version() int64 {
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	return h.version
}

// Refreshed is the time of the last Refresh before the window was taken; zero without one.
func (w *Window) Refreshed() time.Time { return w.refreshed }

// Span is the minutes that the window covers.
func (w *Window) Span() outage.Span { return w.span }

// Counts returns what Hot.Counts returned for a query at that instant.
func (w *Window) Counts(_ context.Context, query outage.Query) ([]outage.Count, error) {
	return countsOf(w.minutes, query), nil
}
