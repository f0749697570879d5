package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The files of the last hour and the last day have fixed addresses, for tools that take
// nothing but an address.
const (
	lastHourPath = "/files/last-hour.:form"
	lastDayPath  = "/files/last-day.:form"
)

// getFile handles the file of a time that ends now: the map by cell, in the format of the
// address, of all services and countries or of some. Like feeds, it leaves other parameters
// out, which tools and campaigns add.
func (a *API) getFile(length time.Duration) fiber.Handler {
	return func(c *fiber.Ctx) error {
		q := a.looseQuery(c, "service", "country")
		service, country := q.service(), q.country()
		chosen := q.format(c, formatJSON, formatGeoJSON, formatCSV)
		if err := q.err(); err != nil {
			return err
		}
		end := outage.MinuteOf(q.now) + 1
		span := outage.Span{From: end - outage.Minute(length/time.Minute), To: end}
		return a.sendCells(c, q, service, country, usualResolution(country), span, chosen)
	}
}
