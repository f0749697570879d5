// Package live fans out changes to open streams: of the status of a service, of
// its counts, and of incidents.
//
// It promises that a stream which is taken up again misses nothing or says so,
// that what is true now and what comes next are told in one call, so that
// nothing falls between, and that one slow reader holds up nobody: it is cut
// off, and takes the stream up again. It refuses more streams than it was given,
// and to remember more than a fixed number of changes.
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

// full is how long who finds every place taken is told to wait.
const full = 30 * time.Second

// Reset is the name of the event that says that changes were missed.
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

// Hub hands every change to every stream that asked for it. It is safe for
// concurrent use.
type Hub struct {
	era  string // tells the numbers of this process from those of another
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

// publish hands out a change. It is what is true now about its subject if it
// stays; else nothing is any more.
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

var errOtherEra = errors.New("the id is of another process, or of none")

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
