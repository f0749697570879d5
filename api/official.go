package api

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

const (
	officialPath = "/api/v1/services/:slug/official"
	mostTitle    = 160 // characters
	mostLink     = 500 // characters
	// oldestNotice is how long ago an entered notice may have been published.
	oldestNotice = 14 * 24 * time.Hour
)

// enteredJSON is what an operator says for a vendor.
type enteredJSON struct {
	State       outage.OfficialState `json:"state"`
	Phase       outage.OfficialPhase `json:"phase"`
	Title       string               `json:"title"`
	Link        string               `json:"link"`
	PublishedAt *time.Time           `json:"published_at"`
}

// putOfficial opens, changes or resolves a notice by hand.
func (a *API) putOfficial(c *fiber.Ctx) error {
	service, owner, err := a.keyed(c)
	if err != nil {
		return err
	}
	notice, err := a.enteredNotice(c)
	if err != nil {
		return err
	}
	entered, err := a.config.Officials.Enter(c.UserContext(), service.Slug, service.StatusPage.Page, notice)
	if err != nil {
		return err
	}
	a.config.Logger.Info("official status entered", "service", service.Slug, "key", owner, "state", notice.State)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(public.OfficialStatusOf(entered))
}

// deleteOfficial takes a notice by hand back.
func (a *API) deleteOfficial(c *fiber.Ctx) error {
	service, owner, err := a.keyed(c)
	if err != nil {
		return err
	}
	found, err := a.config.Officials.Withdraw(c.UserContext(), service.Slug)
	if err != nil {
		return err
	}
	if !found {
		return &outage.Error{Code: outage.CodeNotFound, Detail: "Nothing was entered for this service."}
	}
	a.config.Logger.Info("official status withdrawn", "service", service.Slug, "key", owner)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendStatus(fiber.StatusNoContent)
}

// keyed is the service of a request that needs a key, and the name of the key.
func (a *API) keyed(c *fiber.Ctx) (service outage.Service, owner string, err error) {
	if owner, err = a.keyOwner(c); err != nil {
		return service, owner, err
	}
	if err = a.query(c).err(); err != nil {
		return service, owner, err
	}
	service, err = a.named(c)
	return service, owner, err
}

func (a *API) enteredNotice(c *fiber.Ctx) (notice outage.Notice, err error) {
	var said enteredJSON
	malformed := outage.Invalid("state", `The body must be {"state": "major_outage", "phase": "investigating", "title": "what the vendor says"}, and may have link and published_at.`)
	if err := readObject(c, &said, malformed); err != nil {
		return notice, err
	}
	notice = outage.Notice{State: said.State, Phase: said.Phase, Title: strings.TrimSpace(said.Title), Link: said.Link}
	if said.PublishedAt != nil {
		notice.PublishedAt = said.PublishedAt.UTC()
	}
	return notice, checkNotice(notice, a.config.Now())
}

func checkNotice(n outage.Notice, now time.Time) error {
	link, err := url.Parse(n.Link)
	switch {
	case !n.State.Valid() || n.State == outage.OfficialUnknown:
		return outage.Invalid("state", "It must be operational, degraded, partial_outage, major_outage or maintenance.")
	case !n.Phase.Valid():
		return outage.Invalid("phase", "It must be investigating, identified, monitoring or resolved.")
	case n.Title == "" || utf8.RuneCountInString(n.Title) > mostTitle:
		return outage.Invalid("title", "It must have 1 to %d characters.", mostTitle)
	case n.Link != "" && (err != nil || link.Scheme != "https" || link.Host == "" || link.User != nil || len(n.Link) > mostLink):
		return outage.Invalid("link", "It must be an https:// address of at most %d characters.", mostLink)
	case n.PublishedAt.After(now), !n.PublishedAt.IsZero() && now.Sub(n.PublishedAt) > oldestNotice:
		return outage.Invalid("published_at", "It must be within the last 14 days.")
	}
	return nil
}
