package public

import (
	"context"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Normals gives what was expected in the slots of a span, of one service or,
// where it is empty, of each. It may be away for a while.
type Normals interface {
	Normals(ctx context.Context, service string, span outage.Span, each func(service string, country outage.Country, n outage.Normal)) error
}

// recentNormals is how far back what was expected is kept in memory.
const recentNormals = 26 * 60

// slots are what was expected, by the first minute of each slot.
type slots map[outage.Minute]outage.Normal

type serviceIn struct {
	service string
	country outage.Country
}

// normals is what was expected in the last day, read again once a minute, and
// sooner while there is nothing.
type normals struct {
	source Normals
	mutex  sync.Mutex
	read   time.Time
	kept   map[serviceIn]slots
}

// of gives what was expected of a service in a country over a span; nothing
// where it is not known.
func (n *normals) of(ctx context.Context, service string, country outage.Country, span outage.Span, now time.Time) slots {
	if n.source == nil {
		return nil
	}
	if span.From < outage.MinuteOf(now)-recentNormals {
		old := slots{}
		err := n.source.Normals(ctx, service, span, func(_ string, in outage.Country, normal outage.Normal) {
			if in == country {
				old[normal.Start] = normal
			}
		})
		if err != nil {
			return nil
		}
		return old
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	again := time.Minute
	if len(n.kept) == 0 {
		again = 5 * time.Second
	}
	if now.Sub(n.read) >= again || now.Before(n.read) {
		n.refresh(ctx, now)
	}
	return n.kept[serviceIn{service, country}]
}

func (n *normals) refresh(ctx context.Context, now time.Time) {
	n.read = now // also after a failure: what is known goes on to be shown
	fresh := map[serviceIn]slots{}
	minute := outage.MinuteOf(now)
	span := outage.Span{From: minute - recentNormals, To: minute + outage.NormalSlot}
	err := n.source.Normals(ctx, "", span, func(service string, country outage.Country, normal outage.Normal) {
		key := serviceIn{service, country}
		if fresh[key] == nil {
			fresh[key] = slots{}
		}
		fresh[key][normal.Start] = normal
	})
	if err == nil {
		n.kept = fresh
	}
}

// longestGap is for how many minutes what was expected last may stand for what
// is not known yet: the slot under way, and those that a restart missed.
const longestGap = 30

// band is what was expected over a span; false where it is not known.
func (s slots) band(span outage.Span) (band outage.Band, known bool) {
	if len(s) == 0 {
		return band, false
	}
	for at := span.From; at < span.To; {
		slot := at.Floor(outage.NormalSlot)
		normal, ok := s.at(slot)
		if !ok {
			return band, false
		}
		end := min(slot+outage.NormalSlot, span.To)
		band.Add(float64(end-at), normal)
		at = end
	}
	return band, true
}

func (s slots) at(slot outage.Minute) (outage.Normal, bool) {
	for back := outage.Minute(0); back <= longestGap; back += outage.NormalSlot {
		if normal, ok := s[slot-back]; ok {
			return normal, true
		}
	}
	return outage.Normal{}, false
}

// countries are those that a question means.
func countries(asked outage.Country) []outage.Country {
	if asked != "" {
		return []outage.Country{asked}
	}
	return outage.Countries()
}
