package api

import (
	"bytes"
	"encoding/json"
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

// pushRequest is a subscription of a browser: what PushSubscription.toJSON() gives, and what
// to hear of.
type pushRequest struct {
	Subscription struct {
		Endpoint   string   `json:"endpoint"`
		Expiration *float64 `json:"expirationTime"` // given by browsers, not used
		Keys       struct {
			Key    string `json:"p256dh"`
			Secret string `json:"auth"`
		} `json:"keys"`
	} `json:"subscription"`
	notify.Interest
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
	body, err := readBody(c)
	if err != nil {
		return err
	}
	var request pushRequest
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil || decoder.More() {
		return outage.Invalid("", "The body must be one JSON object with the subscription of a browser and what it wants to hear of.")
	}
	of := request.Subscription
	made, err := a.config.Pushes.SubscribePush(c.UserContext(), ClientOf(c, a.config.TrustedProxies).Addr,
		notify.PushAddress{Endpoint: of.Endpoint, Key: of.Keys.Key, Secret: of.Keys.Secret}, request.Interest)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(fiber.StatusCreated).JSON(pushJSON{made.ID, made.ExpiresAt})
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
