package notify

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// counted counts how often incidents are looked at.
type counted struct {
	*world
	looks atomic.Int64
}

func (c *counted) Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) ([]public.Incident, string, error) {
	if filter.State == outage.StateOpen {
		c.looks.Add(1)
	}
	return c.world.Incidents(ctx, filter, cursor, limit)
}

// TestIdle looks at incidents when they change. Without webhooks it does so at no other time,
// and with some of them once a minute besides, in case that a change was missed.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, net := &counted{world: &world{}}, &internet{answer: always(http.StatusOK)}
		s := service(t, w.world, newMemory(nil), net)
		s.config.Incidents = w
		defer start(t, s)()
		time.Sleep(time.Hour)
		if looks := w.looks.Load(); looks != 1 {
			t.Errorf("%d looks in an hour without webhooks, want the first", looks)
		}
		subscribe(t, s, "a.example", Settings{})
		synctest.Wait()
		w.set(incident("woken"))
		s.Wake()
		synctest.Wait()
		if got := net.taken("a.example"); !slices.Equal(got, []string{"woken.1"}) {
			t.Errorf("at once: %v", got)
		}
		w.set(incident("missed"))
		time.Sleep(sweepEvery + 2*checkEvery)
		if got := net.taken("a.example"); !slices.Equal(got, []string{"woken.1", "missed.1"}) {
			t.Errorf("after a minute: %v", got)
		}
		before := w.looks.Load()
		time.Sleep(time.Hour)
		if looks := w.looks.Load() - before; looks < 50 || looks > 61 {
			t.Errorf("%d looks in an hour with a webhook", looks)
		}
	})
}
