package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"downpour/pkg/outage"
)

// Media types beside those that the framework names.
const (
	typeProblem = "application/problem+json"
	typeGeoJSON = "application/geo+json"
	typeCSV     = "text/csv"
)

// How long an answer may be reused without asking again.
const (
	freshReading = 15 * time.Second
	freshTable   = time.Hour // what changes only with a release
)

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

// send answers a read, with 304 and no body when the client has it already. It
// stands in for the etag middleware of the framework, whose 304 carries no ETag
// and whose checksum is too short to be called strong.
func send(c *fiber.Ctx, contentType string, body []byte, fresh time.Duration) error {
	sum := sha256.Sum256(body)
	etag := `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderCacheControl, fmt.Sprintf("public, max-age=%d", int(fresh.Seconds())))
	if names(c.Get(fiber.HeaderIfNoneMatch), etag) {
		c.Status(fiber.StatusNotModified)
		return nil
	}
	c.Set(fiber.HeaderContentType, contentType)
	return c.Send(body)
}

// names reports whether an If-None-Match header names the ETag. The comparison
// is the weak one, as RFC 9110 (13.1.2) has it.
func names(header, etag string) bool {
	if strings.TrimSpace(header) == "*" {
		return true
	}
	for one := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(one), "W/") == etag {
			return true
		}
	}
	return false
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

// wireTime is the start of a minute on the wire.
func wireTime(minute outage.Minute) string { return minute.Time().Format(time.RFC3339) }
