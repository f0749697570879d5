package api

import (
	"bufio"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"downpour/pkg/outage"
)

const typeStream = "text/event-stream"

// heartbeat keeps proxies from taking a quiet stream for a dead one.
const heartbeat = 15 * time.Second

// patience is how long a reader may take nothing of what is there for it,
// before its connection is closed.
const patience = 10 * time.Second

// reconnect is how long a browser waits before it takes a stream up again, in
// milliseconds.
const reconnect = 3000

// getStream opens a stream of server-sent events.
func (a *API) getStream(c *fiber.Ctx) error {
	q := a.query(c, "service", "country")
	service, country := q.service(), q.country()
	if err := q.err(); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, typeStream)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no") // a proxy must hand each event on at once
	events, leave, err := a.Streams.Subscribe(utils.CopyString(c.Get("Last-Event-ID")), service, country)
	if err != nil {
		return err
	}
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

// writeEvents writes until the events end or the reader is gone. It calls hurry
// before it hands anything to the connection.
func writeEvents(w *bufio.Writer, events <-chan outage.Event, hurry func()) {
	beats := time.NewTicker(heartbeat)
	defer beats.Stop()
	fmt.Fprintf(w, "retry: %d\n\n", reconnect)
	hurry()
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
			fmt.Fprintf(w, "id: %s\nevent: %s\ndata: %s\n\n", e.ID, e.Name, e.Data)
			if len(events) > 0 {
				continue // one packet for what waits together
			}
		case <-beats.C:
			_, _ = w.WriteString(": \n\n") // Flush tells
		}
		hurry()
		if w.Flush() != nil {
			return
		}
	}
}
