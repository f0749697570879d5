package frontend

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/crosssite"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// longestEcho bounds the bytes of a field that are read. Intake rejects longer values, so
// that they need not be shown in full.
const longestEcho = 500

// postReport receives the report form. After an error the form is shown again with
// its values.
func (s *Site) postReport(c *fiber.Ctx) error {
	if err := s.checkForm(c); err != nil {
		return err
	}
	sent := outage.Submission{
		Service: field(c, "service"), Symptom: field(c, "symptom"), Kind: field(c, "kind"),
		Place: strings.TrimSpace(field(c, "place")), Country: field(c, "country"),
		Network: strings.TrimSpace(field(c, "network")), Since: field(c, "since"), Token: field(c, "token"),
	}
	at := address.Address{Lang: locale.Known(field(c, "lang")), Service: sent.Service}
	if here, ok := locationOf(field(c, "lat"), field(c, "lng")); ok {
		sent.Location, sent.Place, sent.Country = &here, "", ""
	}
	if page, ok := address.ParseCountry(field(c, "page")); ok {
		at.Country = page
	}
	receipt, err := s.config.Intake.Take(c.UserContext(), s.config.ClientOf(c), sent, field(c, "key"))
	if err != nil {
		return s.refused(c, at, sent, err)
	}
	at.Country = receipt.Country
	query := url.Values{"id": {receipt.ID}, "undo": {receipt.Undo}, "kind": {sent.Kind}}
	if receipt.Counted {
		query.Set("counted", "1")
		query.Set("at", strconv.FormatInt(int64(outage.MinuteOf(s.config.Now())), 10))
	}
	if receipt.Region != "" {
		query.Set("region", string(receipt.Region))
	}
	if receipt.District != "" {
		query.Set("district", string(receipt.District))
	}
	if receipt.Unresolved != nil {
		query.Set("unresolved", "1")
		for _, place := range receipt.Unresolved.Suggestions {
			query.Add("which", place.Name)
		}
	}
	s.headers(c, "thanks", cacheNever)
	return c.Redirect(at.WithLeaf(address.LeafThanks).Path()+"?"+query.Encode(), fiber.StatusSeeOther)
}

// postPlace moves a report to the place that its sender meant, and confirms it again.
func (s *Site) postPlace(c *fiber.Ctx) error {
	if err := s.checkForm(c); err != nil {
		return err
	}
	at := homeOf(func(name string) string { return field(c, name) })
	id, undo := field(c, "id"), field(c, "undo")
	place, err := s.config.Intake.Place(c.UserContext(), s.config.ClientOf(c).Addr, id, undo, strings.TrimSpace(field(c, "place")), at.Country)
	if err != nil {
		return inLanguage(c, at.Lang, err)
	}
	if service, ok := s.config.Services.Service(field(c, "service")); ok {
		at.Service = service.Slug
	}
	at.Country = place.Country
	s.headers(c, "thanks", cacheNever)
	again, ok := address.Parse(s.config.Services, at.WithLeaf(address.LeafThanks).Path())
	if !ok {
		return c.Redirect(address.Address{Lang: at.Lang}.Path(), fiber.StatusSeeOther)
	}
	query := url.Values{"id": {id}, "undo": {undo}, "kind": {field(c, "kind")}, "counted": {"1"}, "region": {string(place.Region)}}
	if place.District != "" {
		query.Set("district", string(place.District))
	}
	return c.Redirect(again.Path()+"?"+query.Encode(), fiber.StatusSeeOther)
}

// locationOf reads the coordinate that the browser sent with the consent of its
// user. It is passed to intake and is on no page.
func locationOf(lat, lng string) (outage.LatLng, bool) {
	y, wrongLat := strconv.ParseFloat(lat, 64)
	x, wrongLng := strconv.ParseFloat(lng, 64)
	return outage.LatLng{Lat: y, Lng: x}, wrongLat == nil && wrongLng == nil
}

// refused shows the form again, where there is one for the service.
func (s *Site) refused(c *fiber.Ctx, at address.Address, sent outage.Submission, err error) error {
	known := outage.AsError(err)
	service, ok := s.config.Services.Service(sent.Service)
	if known == nil || !ok {
		return inLanguage(c, at.Lang, err)
	}
	if !address.UsedIn(service, at.Country) {
		at.Country = ""
	}
	page := s.builder.RefusedPage(at, service, sent, known, field(c, "key"))
	retryAfter(c, known)
	return s.sendPrivate(c, statusOf(known.Code), "report", page)
}

// postUndo undoes a report and redirects to a confirmation.
func (s *Site) postUndo(c *fiber.Ctx) error {
	if err := s.checkForm(c); err != nil {
		return err
	}
	lang := locale.Known(field(c, "lang"))
	if err := s.config.Intake.Undo(c.UserContext(), s.config.ClientOf(c).Addr, field(c, "id"), field(c, "undo")); err != nil {
		return inLanguage(c, lang, err)
	}
	at := address.Address{Lang: lang}
	if service, ok := s.config.Services.Service(field(c, "service")); ok {
		at.Service = service.Slug
	}
	if country, ok := address.ParseCountry(field(c, "country")); ok {
		at.Country = country
	}
	s.headers(c, "thanks", cacheNever)
	if again, ok := address.Parse(s.config.Services, at.WithLeaf(address.LeafThanks).Path()); ok {
		return c.Redirect(again.Path()+"?undone=1", fiber.StatusSeeOther)
	}
	return c.Redirect(address.Address{Lang: lang}.Path(), fiber.StatusSeeOther)
}

// checkForm rejects cross-site posts, so that another site cannot report through its
// visitors.
func (s *Site) checkForm(c *fiber.Ctx) error {
	request := crosssite.Request{Site: c.Get("Sec-Fetch-Site"), Origin: c.Get(fiber.HeaderOrigin), Host: string(c.Request().Host())}
	if err := crosssite.Check(request, s.config.WriteOrigins); err != nil {
		return err
	}
	kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	if strings.TrimSpace(strings.ToLower(kind)) != fiber.MIMEApplicationForm {
		return &outage.Error{Code: outage.CodeContentType, Detail: "a report is sent as " + fiber.MIMEApplicationForm}
	}
	c.Request().Header.SetContentType(fiber.MIMEApplicationForm) // fasthttp reads forms of this very spelling only
	return nil
}

// homeOf is the address of the start page in the language and the country that a form or a
// query names.
func homeOf(of func(name string) string) address.Address {
	at := address.Address{Lang: locale.Known(of("lang"))}
	if country, ok := address.ParseCountry(of("country")); ok {
		at.Country = country
	}
	return at
}

// field copies a value of the form: what Fiber returns is reused after the
// request.
func field(c *fiber.Ctx, name string) string {
	text := strings.ToValidUTF8(string(c.Request().PostArgs().Peek(name)), "\uFFFD")
	if len(text) > longestEcho {
		text = strings.ToValidUTF8(text[:longestEcho], "")
	}
	return text
}

// thanks confirms a report and offers to undo it. All of it comes from the query,
// which holds the undo token, so it is not cached and sends no referrer to other
// sites.
func (s *Site) thanks(c *fiber.Ctx, at address.Address) error {
	query := func(name string) string { return strings.ToValidUTF8(strings.Clone(c.Query(name)), "") }
	ctx, cancel := context.WithTimeout(c.UserContext(), waitFor)
	defer cancel()
	page := s.builder.ThanksPage(ctx, at, s.base(), page.Outcome{
		ID: query("id"), Undo: query("undo"), Undone: query("undone") != "", Counted: query("counted") != "",
		Kind: outage.Kind(query("kind")), Region: outage.Region(query("region")), District: outage.District(query("district")),
		At: page.MinuteIn(query("at")), Unresolved: query("unresolved") != "", Which: which(c),
	})
	return s.sendPrivate(c, fiber.StatusOK, "thanks", page)
}

// which are the names of places that may be meant, as many as a receipt has.
func which(c *fiber.Ctx) (names []string) {
	for _, name := range c.Context().QueryArgs().PeekMulti("which") {
		if len(names) < outage.Suggestions && len(name) <= longestEcho {
			names = append(names, strings.ToValidUTF8(string(name), ""))
		}
	}
	return names
}
