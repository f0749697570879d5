package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/pkg/duration"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	maxBody = 16 << 10 // bytes of one report
	maxKey  = 200      // bytes of an Idempotency-Key
)

const headerIdempotencyKey = "Idempotency-Key"

// receipt is an outage.Receipt on the wire.
type receipt struct {
	ID string `json:"id"`
	whereJSON
	PlaceUnresolved *unresolvedJSON `json:"place_unresolved"`
	Counted         bool            `json:"counted"`
	Undo            string          `json:"undo"`
	Status          outage.Status   `json:"status"`
	*statusNumbersJSON
}

// whereJSON is the place for which a report counts.
type whereJSON struct {
	Cell     *outage.Cell     `json:"cell"`
	Country  outage.Country   `json:"country"`
	Region   *outage.Region   `json:"region"`
	District *outage.District `json:"district"`
}

// unresolvedJSON is a place that is not understood.
type unresolvedJSON struct {
	Suggestions []placeJSON `json:"suggestions"`
}

func wireUnresolved(unresolved *outage.Unresolved) *unresolvedJSON {
	if unresolved == nil {
		return nil
	}
	return &unresolvedJSON{wirePlaces(unresolved.Suggestions)}
}

// statusNumbersJSON is what a status rests on.
type statusNumbersJSON struct {
	Window   string   `json:"window"`
	Observed int64    `json:"observed"`
	Expected *float64 `json:"expected"`
}

// wireStatusNumbers is nil, and leaves the fields out, where a receipt has no numbers.
func wireStatusNumbers(given outage.StatusNumbers) *statusNumbersJSON {
	if given.Window == 0 {
		return nil
	}
	return &statusNumbersJSON{duration.Format(given.Window), given.Observed, number(given.Expected)}
}

func (a *API) createReport(c *fiber.Ctx) error {
	if err := a.query(c).err(); err != nil {
		return err
	}
	body, err := readBody(c)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	said, err := a.config.Intake.Decode(body)
	if err != nil {
		return err
	}
	given, err := a.config.Intake.Take(c.UserContext(), ClientOf(c, a.config.TrustedProxies), said, key)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(fiber.StatusAccepted).JSON(receipt{
		ID:              given.ID,
		whereJSON:       whereJSON{orNull(given.Cell), given.Country, orNull(given.Region), orNull(given.District)},
		PlaceUnresolved: wireUnresolved(given.Unresolved),
		Counted:         given.Counted,
		Undo:            given.Undo,
		Status:          given.Status,

		statusNumbersJSON: wireStatusNumbers(given.StatusNumbers),
	})
}

// placeReport moves a report to a more exact place.
func (a *API) placeReport(c *fiber.Ctx) error {
	if err := a.query(c).err(); err != nil {
		return err
	}
	var said struct {
		Undo    string         `json:"undo"`
		Place   string         `json:"place"`
		Country outage.Country `json:"country"`
	}
	if err := readObject(c, &said, outage.Invalid("place", `The body must be {"undo": "the token", "place": "the name or code"}.`)); err != nil {
		return err
	}
	from := ClientOf(c, a.config.TrustedProxies).Addr
	place, err := a.config.Intake.Place(c.UserContext(), from, utils.CopyString(c.Params("id")), said.Undo, said.Place, said.Country)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(whereJSON{orNull(place.Cell), place.Country, orNull(place.Region), orNull(place.District)})
}

func (a *API) undoReport(c *fiber.Ctx) error {
	q := a.query(c, "undo")
	if err := q.err(); err != nil {
		return err
	}
	token := q.text("undo")
	if len(c.Request().Body()) > 0 {
		said, err := undoBody(c)
		if err != nil {
			return err
		}
		if token != "" && token != said {
			return outage.Invalid("undo", "The address and the body disagree.")
		}
		token = said
	}
	if token == "" {
		return outage.Invalid("undo", "The undo token of the report is needed.")
	}
	from := ClientOf(c, a.config.TrustedProxies).Addr
	if err := a.config.Intake.Undo(c.UserContext(), from, utils.CopyString(c.Params("id")), token); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Status(fiber.StatusNoContent)
	return nil
}

// undoBody is the token in the body of an undo.
func undoBody(c *fiber.Ctx) (string, error) {
	var said struct {
		Undo string `json:"undo"`
	}
	err := readObject(c, &said, outage.Invalid("undo", `The body must be {"undo": "the token"}.`))
	return said.Undo, err
}

// idempotencyKey is the key of a request, "" when it has none.
func idempotencyKey(c *fiber.Ctx) (string, error) {
	values := c.Request().Header.PeekAll(headerIdempotencyKey)
	if len(values) == 0 {
		return "", nil
	}
	key := string(values[0])
	printable := func(r rune) bool { return '!' <= r && r <= '~' }
	if len(values) > 1 || key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return !printable(r) }) {
		return "", outage.Invalid(headerIdempotencyKey, "It must be one value of up to %d visible ASCII characters.", maxKey)
	}
	return key, nil
}
