package api

import (
	"bufio"
	"fmt"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

const typeStream = "text/event-stream"

// heartbeat is the interval of comments that keep idle streams open through proxies.
const heartbeat = 15 * time.Second

// patience is how long a reader may read nothing while events wait, before its connection is
// closed.
const patience = 10 * time.Second

// reconnect is how long a browser waits before it resumes a stream, in milliseconds.
const reconnect = 3000

// streamRetry is how long a client waits whose network has no stream left.
const streamRetry = 30 * time.Second

// getStream opens a stream of server-sent events.
func (a *API) getStream(c *fiber.Ctx) error {
	q := a.query(c, "service", "country")
	service, country := q.service(), q.country()
	if err := q.err(); err != nil {
		return err
	}
	events, leave, err := a.subscribe(ClientOf(c, a.config.TrustedProxies).Addr, utils.CopyString(c.Get("Last-Event-ID")), service, country)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, typeStream)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no") // a proxy must hand each event on at once
	if c.Method() == fiber.MethodHead {
		leave()
		return nil
	}
	connection := c.Context().Conn()
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer leave()
		defer func() { _ = connection.SetWriteDeadline(time.Time{}) }() // for what is asked next over it
		writeEvents(w, events, func() { _ = connection.SetWriteDeadline(time.Now().Add(patience)) })
	})
	return nil
}

// newStreamShares limits the streams of each address and network. An address, which many
// people may share, gets a twentieth.
func newStreamShares(most int) *ratelimit.Slots {
	return ratelimit.NewSlots(most,
		ratelimit.Share{Network: ratelimit.Address, Most: max(1, most/20)},
		ratelimit.Share{Network: ratelimit.Site, Most: max(1, most/8)},
		ratelimit.Share{Network: ratelimit.Carrier, Most: max(1, most/4)},
	)
}

// subscribe opens a stream within the share of an address. leave releases it.
func (a *API) subscribe(from netip.Addr, after, service string, country outage.Country) (events <-chan outage.Event, leave func(), err error) {
	release, ok := a.streams.Acquire(from)
	if !ok {
		return nil, nil, &outage.Error{
			Code: outage.CodeLimited, Detail: "Too many streams are open from this network.", RetryAfter: streamRetry,
		}
	}
	events, unsubscribe, err := a.config.Streams.Subscribe(after, service, country)
	if err != nil {
		release()
		return nil, nil, err
	}
	return events, func() { unsubscribe(); release() }, nil
}

// writeEvents writes until the events end or the reader is gone. It calls hurry
// before it hands anything to the connection.
func writeEvents(w *bufio.Writer, events <-chan outage.Event, hurry func()) {
	beats := time.NewTicker(heartbeat)
	defer beats.Stop()
	hurry()
	fmt.Fprintf(w, "retry: %d\n\n", reconnect)
	if w.Flush() != nil { // at once, or a quiet stream looks as if nobody answered
		return
	}
	for {
		select {
		case e, open := <-events:
			if !open {
				_ = w.Flush()
				return
			}
			if w.Buffered() == 0 {
				hurry() // what does not fit the buffer is handed on before Flush
			}
			fmt.Fprintf(w, "id: %s\nevent: %s\ndata: %s\n\n", e.ID, e.Name, e.Data)
			if len(events) > 0 {
				continue // one packet for what waits together
			}
		case <-beats.C:
			hurry()
			_, _ = w.WriteString(": \n\n") // Flush returns its error
		}
		if w.Flush() != nil {
			return
		}
	}
}
