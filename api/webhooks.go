package api

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/pkg/notify"
	"github.com/open-downpour/downpour/pkg/outage"
)

// webhookJSON is a webhook for its owner. The routing key is not repeated, and secrets are
// only in the answer that makes them.
type webhookJSON struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	notify.Settings
	Stopped *string `json:"stopped"`
	Secret  string  `json:"secret,omitempty"`
}

func wireWebhook(of notify.Webhook) webhookJSON {
	of.RoutingKey = ""
	return webhookJSON{ID: of.ID, CreatedAt: of.CreatedAt, Settings: of.Settings, Stopped: orNull(of.Stopped)}
}

// withSecret is a webhook with its newest secret.
func withSecret(of notify.Webhook) webhookJSON {
	wire := wireWebhook(of)
	wire.Secret = of.Secrets[0].Text
	return wire
}

// deliveriesJSON is what became of the events of a webhook.
type deliveriesJSON struct {
	list[notify.Delivery]
	Dead []notify.Delivery `json:"dead"`
}

// owned handles a request about the webhooks of the API key that it bears.
func (a *API) owned(handle func(c *fiber.Ctx, owner, id string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := a.query(c).err(); err != nil {
			return err
		}
		owner, err := a.keyOwner(c)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderCacheControl, "no-store")
		return handle(c, owner, utils.CopyString(c.Params("id")))
	}
}

func (a *API) createWebhook(c *fiber.Ctx, owner, _ string) error {
	var settings notify.Settings
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	if err := readSettings(c, &settings); err != nil {
		return err
	}
	made, err := a.config.Webhooks.Create(c.UserContext(), owner, settings, key)
	if err != nil {
		return err
	}
	c.Location("/api/v1/webhooks/" + made.ID)
	return c.Status(fiber.StatusCreated).JSON(withSecret(made))
}

// readSettings reads the body into settings. What it leaves out stays.
func readSettings(c *fiber.Ctx, settings *notify.Settings) error {
	return readObject(c, settings, outage.Invalid("", "The body must be one JSON object with the settings of a webhook."))
}

func (a *API) listWebhooks(c *fiber.Ctx, owner, _ string) error {
	own, err := a.config.Webhooks.Webhooks(c.UserContext(), owner)
	if err != nil {
		return err
	}
	answer := list[webhookJSON]{Items: []webhookJSON{}}
	for _, one := range own {
		answer.Items = append(answer.Items, wireWebhook(one))
	}
	return c.JSON(answer)
}

func (a *API) getWebhook(c *fiber.Ctx, owner, id string) error {
	found, err := a.config.Webhooks.Webhook(c.UserContext(), owner, id)
	if err != nil {
		return err
	}
	return c.JSON(wireWebhook(found))
}

func (a *API) changeWebhook(c *fiber.Ctx, owner, id string) error {
	changed, err := a.config.Webhooks.Change(c.UserContext(), owner, id, func(settings *notify.Settings) error { return readSettings(c, settings) })
	if err != nil {
		return err
	}
	return c.JSON(wireWebhook(changed))
}

func (a *API) deleteWebhook(c *fiber.Ctx, owner, id string) error {
	if err := a.config.Webhooks.Delete(c.UserContext(), owner, id); err != nil {
		return err
	}
	c.Status(fiber.StatusNoContent)
	return nil
}

func (a *API) rotateWebhook(c *fiber.Ctx, owner, id string) error {
	rotated, err := a.config.Webhooks.Rotate(c.UserContext(), owner, id)
	if err != nil {
		return err
	}
	return c.JSON(withSecret(rotated))
}

func (a *API) testWebhook(c *fiber.Ctx, owner, id string) error {
	result, err := a.config.Webhooks.Test(c.UserContext(), owner, id)
	if err != nil {
		return err
	}
	return c.JSON(result)
}

func (a *API) listDeliveries(c *fiber.Ctx, owner, id string) error {
	log, dead, err := a.config.Webhooks.Deliveries(c.UserContext(), owner, id)
	if err != nil {
		return err
	}
	answer := deliveriesJSON{list[notify.Delivery]{Items: log}, dead}
	if log == nil {
		answer.Items = []notify.Delivery{}
	}
	if dead == nil {
		answer.Dead = []notify.Delivery{}
	}
	return c.JSON(answer)
}
