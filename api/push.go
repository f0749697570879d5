package api

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/pkg/notify"
	"github.com/open-downpour/downpour/pkg/outage"
)

// pushKeyJSON is what a browser needs to subscribe.
type pushKeyJSON struct {
	Key string `json:"key"`
}

// pushRequest is a subscription of a browser, and what to hear of.
type pushRequest struct {
	Subscription subscriptionJSON `json:"subscription"`
	// The fields of notify.Interest; encoding/json names embedded structs in errors.
	Service   string         `json:"service"`
	Country   outage.Country `json:"country"`
	Region    outage.Region  `json:"region"`
	UntilBack bool           `json:"until_back"`
	Lang      string         `json:"lang"`
}

// subscriptionJSON is what PushSubscription.toJSON() gives.
type subscriptionJSON struct {
	Endpoint   string   `json:"endpoint"`
	Expiration *float64 `json:"expirationTime"` // given by browsers, not used
	Keys       struct {
		Key    string `json:"p256dh"`
		Secret string `json:"auth"`
	} `json:"keys"`
}

func (s subscriptionJSON) address() notify.PushAddress {
	return notify.PushAddress{Endpoint: s.Endpoint, Key: s.Keys.Key, Secret: s.Keys.Secret}
}

// renewalRequest is the new address of a browser.
type renewalRequest struct {
	Subscription subscriptionJSON `json:"subscription"`
}

// pushJSON is a subscription for the browser that made it.
type pushJSON struct {
	ID        string    `json:"id"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (a *API) getPushKey(c *fiber.Ctx) error {
	if err := a.query(c).err(); err != nil {
		return err
	}
	key, err := a.config.Pushes.PushKey(c.UserContext())
	if err != nil {
		return err
	}
	return a.sendJSON(c, pushKeyJSON{key}, freshReading)
}

func (a *API) createPush(c *fiber.Ctx) error {
	if err := a.query(c).err(); err != nil {
		return err
	}
	var request pushRequest
	if err := readObject(c, &request, outage.Invalid("", "The body must be one JSON object with the subscription of a browser and what it wants to hear of.")); err != nil {
		return err
	}
	interest := notify.Interest{Service: request.Service, Country: request.Country, Region: request.Region, UntilBack: request.UntilBack, Lang: request.Lang}
	made, err := a.config.Pushes.SubscribePush(c.UserContext(), ClientOf(c, a.config.TrustedProxies).Addr, request.Subscription.address(), interest)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(fiber.StatusCreated).JSON(pushJSON{made.ID, made.ExpiresAt})
}

// renewPush moves a subscription to the new address of its browser.
func (a *API) renewPush(c *fiber.Ctx) error {
	if err := a.query(c).err(); err != nil {
		return err
	}
	var request renewalRequest
	if err := readObject(c, &request, outage.Invalid("", "The body must be one JSON object with the new subscription of a browser.")); err != nil {
		return err
	}
	from := ClientOf(c, a.config.TrustedProxies).Addr
	renewed, err := a.config.Pushes.RenewPush(c.UserContext(), from, utils.CopyString(c.Params("id")), request.Subscription.address())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(pushJSON{renewed.ID, renewed.ExpiresAt})
}

func (a *API) deletePush(c *fiber.Ctx) error {
	if err := a.query(c).err(); err != nil {
		return err
	}
	if err := a.config.Pushes.Unsubscribe(c.UserContext(), utils.CopyString(c.Params("id"))); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Status(fiber.StatusNoContent)
	return nil
}
