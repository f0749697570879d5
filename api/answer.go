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

// How long an answer may be reused without asking again.
const (
	freshLive    = 5 * time.Second // what a dashboard polls
	freshReading = 15 * time.Second
	freshTable   = time.Hour // what changes only with a release
)

// How much longer a cache may give an old answer: while it fetches a new one,
// and while the server cannot give one.
const (
	staleRevalidating = time.Minute
	staleOnError      = 10 * time.Minute
)

// cacheControl is what caches are told of a read.
func cacheControl(fresh time.Duration) string {
	return fmt.Sprintf("public, max-age=%d, s-maxage=%d, stale-while-revalidate=%d, stale-if-error=%d",
		seconds(fresh), seconds(fresh), seconds(staleRevalidating), seconds(staleOnError))
}

// list is the wire shape of every list. Next stays nil on the last page.
type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// sendJSON answers a read with a value.
func sendJSON(c *fiber.Ctx, value any, fresh time.Duration) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return send(c, fiber.MIMEApplicationJSON, body, fresh)
}

// send answers a read, with 304 and no body when the client has it already.
func send(c *fiber.Ctx, contentType string, body []byte, fresh time.Duration) error {
	if validated(c, httpcache.ETag(body), fresh) {
		return nil
	}
	c.Set(fiber.HeaderContentType, contentType)
	return c.Send(body)
}

// validated gives an answer its headers for caches, and reports whether they are
// all that the client needs. It stands in for the etag middleware of the
// framework, whose 304 carries no ETag and whose checksum is short.
func validated(c *fiber.Ctx, etag string, fresh time.Duration) bool {
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderCacheControl, cacheControl(fresh))
	if !httpcache.Matches(c.Get(fiber.HeaderIfNoneMatch), etag) {
		return false
	}
	c.Status(fiber.StatusNotModified)
	return true
}

// orNull is nil for the zero value, which the wire tells as null.
func orNull[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// wireDecimals keeps numbers short on the wire, and an answer that did not
// really change the same to the byte.
const wireDecimals = 1e4

// number is a value for the wire: rounded, and null when it is none.
func number(value *float64) *float64 {
	if value == nil || math.IsNaN(*value) || math.IsInf(*value, 0) {
		return nil
	}
	rounded := math.Round(*value*wireDecimals) / wireDecimals
	return &rounded
}

// asOf is the end of the newest minute that an answer was made from, on the wire.
func asOf(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// wireTime is the start of a minute on the wire.
func wireTime(minute outage.Minute) string { return minute.Time().Format(time.RFC3339) }
