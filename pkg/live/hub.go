// Package live fans out changes to open streams: of the status of a service, of
// its counts, and of incidents.
//
// A resumed stream misses nothing, or gets a reset event. One call returns the current
// state and the changes after it, so that none is lost in between. A slow reader is
// disconnected and can resume, so that it delays no other.
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
	remembered = 4096 // changes after which a stream can be resumed, at most
	waiting    = 512  // changes that a reader may lag behind
)

// full is the Retry-After where all streams are in use.
const full = 30 * time.Second

// Reset is the name of the event that means that changes were missed.
const Reset = "reset"

// subject identifies what an event is about: a later event replaces an earlier one.
type subject struct {
	kind    string
	service string
	country outage.Country
}

// standing is whether an event is the present state of its subject.
type standing int

const (
	over    standing = iota // the subject has no state any more
	present                 // it is the present state
	caused                  // it is, and is probably the consequence of another subject's
)

// standingOf is that of an event about a service with a probable cause, "" for none.
func standingOf(cause string) standing {
	if cause != "" {
		return caused
	}
	return present
}

// numbered is an event with its sequence number.
type numbered struct {
	number uint64
	event  outage.Event
	state  standing
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
	return e.Service == "" || (s.service == "" || s.service == e.Service) && (s.country == "" || e.Country == "" || s.country == e.Country)
}

// NewHub is a hub for at most so many streams. began distinguishes this process.
func NewHub(began time.Time, streams int) *Hub {
	return &Hub{
		era: strconv.FormatInt(began.UnixMilli(), 36), most: streams,
		current: map[subject]numbered{}, streams: map[*stream]bool{},
	}
}

// publish sends a change.
func (h *Hub) publish(e outage.Event, about subject, state standing) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.last++
	e.ID = h.era + "-" + strconv.FormatUint(h.last, 10)
	change := numbered{h.last, e, state}
	if h.ring = append(h.ring, change); len(h.ring) > remembered {
		h.ring = slices.Clone(h.ring[len(h.ring)-remembered/2:])
	}
	if state != over {
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

// Subscribe opens a stream, of one service, one country or all. It begins with the changes
// after the event with the given id. Without an id, or where some of those are no longer
// stored, it begins with the current state, in the latter case after an event named Reset.
// The channel is closed when the reader is too slow and when the hub is closed. leave must
// be called once the reader is done. An error is an outage.Error.
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
		backlog = slices.SortedFunc(maps.Values(h.current), inOrder)
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

// inOrder orders present states: causes before consequences, then as they changed.
func inOrder(a, b numbered) int {
	return cmp.Or(cmp.Compare(a.state, b.state), cmp.Compare(a.number, b.number))
}

// since lists the changes after an id; false where some are no longer stored.
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

// Close ends every stream, after the events already sent to it, and opens no more.
func (h *Hub) Close() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.closed = true
	for s := range h.streams {
		close(s.events)
	}
	clear(h.streams)
}
