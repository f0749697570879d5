package api

import "github.com/gofiber/fiber/v2"

// probeRetry is the advice to a probe that finds the process not ready, in
// seconds.
const probeRetry = "1"

type readyJSON struct {
	Ready    bool     `json:"ready"`
	Degraded []string `json:"degraded"`
	Reason   *string  `json:"reason"`
}

// getLive responds as long as the process runs.
func (a *API) getLive(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString("ok")
}

func (a *API) getReady(c *fiber.Ctx) error {
	ready, degraded, reason := a.config.Readiness.Ready()
	answer := readyJSON{Ready: ready, Degraded: degraded}
	if degraded == nil {
		answer.Degraded = []string{}
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	if !ready {
		answer.Reason = &reason
		c.Set(fiber.HeaderRetryAfter, probeRetry)
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(answer)
}

// getDescription sends openapi.yaml as JSON.
func (a *API) getDescription(c *fiber.Ctx) error {
	body, err := description()
	if err != nil {
		return err
	}
	return send(c, fiber.MIMEApplicationJSON, body, freshTable)
}
