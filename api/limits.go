package api

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The headers of draft-ietf-httpapi-ratelimit-headers. The draft may change, so that the
// documentation refers to Retry-After.
const (
	headerRateLimit       = "RateLimit"
	headerRateLimitPolicy = "RateLimit-Policy"
)

// limited adds the remaining quota of the sender to each response to a write.
func (a *API) limited(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := handle(c)
		if a.config.Limiter != nil {
			quota := a.config.Limiter.Quota(ClientOf(c, a.config.TrustedProxies).Addr)
			c.Set(headerRateLimitPolicy, fmt.Sprintf(`"writes";q=%d;w=%d`, quota.Limit, seconds(quota.Window)))
			c.Set(headerRateLimit, fmt.Sprintf(`"writes";r=%d;t=%d`, quota.Remaining, seconds(quota.Reset)))
		}
		return err
	}
}

// retryAfter is the Retry-After of errors without one.
const retryAfter = 10 * time.Second

// waitHeaders sets Retry-After for errors that a retry can resolve.
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

// seconds rounds up, so that the wait is long enough.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
