package api

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/httpcache"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Media types beside those that the framework names.
const (
	typeProblem = "application/problem+json"
	typeGeoJSON = "application/geo+json"
	typeCSV     = "text/csv"
)

// Lifetimes of responses in caches.
const (
	freshLive    = 5 * time.Second // what a dashboard polls
	freshReading = 15 * time.Second
	freshTable   = time.Hour // what changes only with a release
)

// How much longer a cache may serve an expired response: while it fetches a new one, and
// while the server fails.
const (
	staleRevalidating = time.Minute
	staleOnError      = 10 * time.Minute
)

// cacheControls are the usual Cache-Control headers, by how long a response is fresh.
var cacheControls = map[time.Duration]string{
	freshLive: newCacheControl(freshLive), freshReading: newCacheControl(freshReading), freshTable: newCacheControl(freshTable),
}

// cacheControl is the Cache-Control header of a read.
func cacheControl(fresh time.Duration) string {
	if known, ok := cacheControls[fresh]; ok {
		return known
	}
	return newCacheControl(fresh)
}

func newCacheControl(fresh time.Duration) string {
	return fmt.Sprintf("public, max-age=%d, s-maxage=%d, stale-while-revalidate=%d, stale-if-error=%d",
		seconds(fresh), seconds(fresh), seconds(staleRevalidating), seconds(staleOnError))
}

// list is the wire shape of every list. Next stays nil on the last page.
type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// sendJSON sends a value as the response to a read.
func (a *API) sendJSON(c *fiber.Ctx, value any, fresh time.Duration) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return a.sendMarked(c, fiber.MIMEApplicationJSON, body, fresh)
}

// sendMarked is send for a document that says so where it is of a demo.
func (a *API) sendMarked(c *fiber.Ctx, contentType string, body []byte, fresh time.Duration) error {
	if a.config.Demo {
		body = markDemo(contentType, body)
	}
	return send(c, contentType, body, fresh)
}

// send sends the response to a read, or 304 when the client has it.
func send(c *fiber.Ctx, contentType string, body []byte, fresh time.Duration) error {
	if validated(c, httpcache.ETag(body), fresh) {
		return nil
	}
	c.Set(fiber.HeaderContentType, contentType)
	return c.Send(body)
}

// validated sets the cache headers of a response, and reports whether it is 304. It replaces
// the etag middleware of the framework, whose 304 has no ETag and whose checksum is short.
func validated(c *fiber.Ctx, etag string, fresh time.Duration) bool {
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderCacheControl, cacheControl(fresh))
	if !httpcache.Matches(c.Get(fiber.HeaderIfNoneMatch), etag) {
		return false
	}
	c.Status(fiber.StatusNotModified)
	return true
}

// orNull is nil, null in JSON, for the zero value.
func orNull[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// wireDecimals rounds numbers, so that they are short and insignificant changes do not
// change a response.
const wireDecimals = 1e4

// number is a value for the wire: rounded, and null when it is none.
func number(value *float64) *float64 {
	if value == nil || math.IsNaN(*value) || math.IsInf(*value, 0) {
		return nil
	}
	rounded := math.Round(*value*wireDecimals) / wireDecimals
	return &rounded
}

// asOf formats the end of the newest minute of a response.
func asOf(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// wireTime is the start of a minute on the wire.
func wireTime(minute outage.Minute) string { return minute.Time().Format(time.RFC3339) }
