package api

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The headers of draft-ietf-httpapi-ratelimit-headers. The draft may change, so
// what clients are told to obey is Retry-After.
const (
	headerRateLimit       = "RateLimit"
	headerRateLimitPolicy = "RateLimit-Policy"
)

// limited tells with each answer of a write what its sender has left.
func (a *API) limited(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := handle(c)
		if a.Limiter != nil {
			quota := a.Limiter.Quota(ClientOf(c, a.TrustedProxies).Addr)
			c.Set(headerRateLimitPolicy, fmt.Sprintf(`"writes";q=%d;w=%d`, quota.Limit, seconds(quota.Window)))
			c.Set(headerRateLimit, fmt.Sprintf(`"writes";r=%d;t=%d`, quota.Remaining, seconds(quota.Reset)))
		}
		return err
	}
}

// retryAfter is told when the error names no time of its own.
const retryAfter = 10 * time.Second

// waitHeaders says when to try again, where trying again can help.
func waitHeaders(c *fiber.Ctx, e *outage.Error) {
	if status := statuses[e.Code]; status != fiber.StatusTooManyRequests && status != fiber.StatusServiceUnavailable {
		return
	}
	wait := e.RetryAfter
	if wait <= 0 {
		wait = retryAfter
	}
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(seconds(wait)))
}

// seconds rounds up: who waits that long has waited enough.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
