// Package live fans out changes to open streams: of the status of a service, of
// its counts, and of incidents.
//
// It guarantees that a resumed stream misses nothing or gets a reset event, that the
// present state and the changes after it come from one call, so that no change falls
// between, and that a slow reader delays nobody: it is disconnected and can resume.
// The number of streams and of stored changes is limited.
package live

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Limits of a hub.
const (
	DefaultStreams = 1000 // open at a time
	remembered     = 4096 // changes that a stream can be taken up behind
	waiting        = 512  // changes that a reader may be behind
)

// full is the Retry-After where all streams are in use.
const full = 30 * time.Second

// Reset is the name of the event after which changes are missing.
const Reset = "reset"

// subject is what an event is about: a later one replaces it.
type subject struct {
	kind    string
	service string
	country outage.Country
}

// numbered is an event with its place in the order.
type numbered struct {
	number uint64
	event  outage.Event
}

// Hub sends every change to every stream that subscribed to it. It is safe for
// concurrent use.
type Hub struct {
	era  string // distinguishes the numbers of this process from those of another
	most int

	mutex   sync.Mutex // guards what is below
	last    uint64
	ring    []numbered // the latest changes, oldest first
	current map[subject]numbered
	streams map[*stream]bool
	closed  bool
}

// stream is one reader.
type stream struct {
	events  chan outage.Event
	service string
	country outage.Country
}

func (s *stream) wants(e outage.Event) bool {
	return e.Service == "" || (s.service == "" || s.service == e.Service) && (s.country == "" || s.country == e.Country)
}

// NewHub is a hub that began at an instant and holds a number of streams.
func NewHub(began time.Time, streams int) *Hub {
	return &Hub{
		era: strconv.FormatInt(began.UnixMilli(), 36), most: streams,
		current: map[subject]numbered{}, streams: map[*stream]bool{},
	}
}

// publish sends a change. If it stays, it is the present state of its subject;
// else the subject has none any more.
func (h *Hub) publish(e outage.Event, about subject, stays bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.last++
	e.ID = h.era + "-" + strconv.FormatUint(h.last, 10)
	change := numbered{h.last, e}
	if h.ring = append(h.ring, change); len(h.ring) > remembered {
		h.ring = slices.Clone(h.ring[len(h.ring)-remembered/2:])
	}
	if stays {
		h.current[about] = change
	} else {
		delete(h.current, about)
	}
	for s := range h.streams {
		if !s.wants(e) {
			continue
		}
		select {
		case s.events <- e:
		default: // too far behind
			cutOffTotal.Inc()
			delete(h.streams, s)
			close(s.events)
		}
	}
}

// Subscribe opens a stream, of one service, one country or all. It begins with
// the changes behind the event of the given id; without an id, or where those
// are not all known any more, with what is true now, in the latter case after
// an event named Reset. The channel is closed when the reader is too slow and
// when the hub ends. leave must be called once the reader is done. An error is
// an outage.Error.
func (h *Hub) Subscribe(after, service string, country outage.Country) (events <-chan outage.Event, leave func(), err error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed || len(h.streams) >= h.most {
		refusedTotal.Inc()
		return nil, nil, &outage.Error{Code: outage.CodeUnavailable, Detail: "Too many streams are open.", RetryAfter: full}
	}
	s := &stream{service: service, country: country}
	backlog, whole := h.since(after)
	if !whole {
		backlog = slices.SortedFunc(maps.Values(h.current), func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	}
	var first []outage.Event
	if !whole && after != "" {
		first = append(first, outage.Event{ID: h.era + "-" + strconv.FormatUint(h.last, 10), Name: Reset, Data: []byte(`{}`)})
	}
	for _, change := range backlog {
		if s.wants(change.event) {
			first = append(first, change.event)
		}
	}
	s.events = make(chan outage.Event, len(first)+waiting)
	for _, e := range first {
		s.events <- e
	}
	h.streams[s] = true
	return s.events, func() { h.leave(s) }, nil
}

// since lists the changes behind an id; false where they are not all known.
func (h *Hub) since(id string) ([]numbered, bool) {
	number, err := h.number(id)
	if err != nil || number > h.last {
		return nil, false
	}
	if len(h.ring) > 0 && number+1 < h.ring[0].number {
		return nil, false
	}
	at, _ := slices.BinarySearchFunc(h.ring, number+1, func(c numbered, n uint64) int { return cmp.Compare(c.number, n) })
	return h.ring[at:], true
}

var errOtherEra = errors.New("the id is not of this process")

func (h *Hub) number(id string) (uint64, error) {
	era, number, _ := strings.Cut(id, "-")
	if era != h.era {
		return 0, errOtherEra
	}
	return strconv.ParseUint(number, 10, 64)
}

func (h *Hub) leave(s *stream) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.streams[s] {
		delete(h.streams, s)
		close(s.events)
	}
}

// Close ends every stream, after what it has not read yet, and opens no more.
func (h *Hub) Close() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.closed = true
	for s := range h.streams {
		close(s.events)
	}
	clear(h.streams)
}
