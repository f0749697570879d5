package api

import (
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// newKeyFailures limits attempts to guess API keys. A program with an old key fails
// repeatedly, but at a low rate.
func newKeyFailures(logger *slog.Logger) *ratelimit.Failures {
	return ratelimit.NewFailures("requests with unknown API keys", logger,
		ratelimit.Level{Network: ratelimit.Address, PerMinute: 10, Burst: 30},
		ratelimit.Level{Network: ratelimit.Site, PerMinute: 100, Burst: 300},
		ratelimit.Level{Network: ratelimit.Carrier, PerMinute: 1000, Burst: 3000},
	)
}

// keyOwner is the name of the API key that a request bears. Unknown keys are
// counted, and after too many the network has to wait.
func (a *API) keyOwner(c *fiber.Ctx) (string, error) {
	key := bearerKey(c.Get(fiber.HeaderAuthorization))
	if key == "" {
		c.Set(fiber.HeaderWWWAuthenticate, challenge)
		return "", unauthorized("An API key is needed: Authorization: Bearer KEY.")
	}
	from := ClientOf(c, a.config.TrustedProxies).Addr
	if wait := a.keyFailures.Wait(from, a.config.Now()); wait > 0 {
		return "", &outage.Error{
			Code: outage.CodeLimited, RetryAfter: wait, Detail: "Too many unknown API keys from this network.",
		}
	}
	if name := a.ownerOf(key); name != "" {
		return name, nil
	}
	a.keyFailures.Failed(from, a.config.Now())
	c.Set(fiber.HeaderWWWAuthenticate, challenge+`, error="invalid_token"`)
	return "", unauthorized("The API key is not known here.")
}

const challenge = `Bearer realm="downpour"`

func unauthorized(detail string) error {
	return &outage.Error{Code: outage.CodeUnauthorized, Field: fiber.HeaderAuthorization, Detail: detail}
}

// bearerKey is the key of an Authorization header; "" where it has none.
func bearerKey(authorization string) string {
	scheme, key, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(key)
}

// ownerOf is the name of a key, "" for one that is not known.
func (a *API) ownerOf(key string) string {
	if key == "" || a.config.Keys == nil {
		return ""
	}
	return a.config.Keys.Owner(key)
}
