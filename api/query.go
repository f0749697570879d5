package api

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// maxField is the limit of a parameter name in an error, in bytes.
const maxField = 64

// query reads the parameters of one request and collects all their errors for one response.
// Its strings are copies.
type query struct {
	api     *API
	numbers Readings // all that the answer is made of
	now     time.Time
	values  map[string]string
	errs    []error
}

// query reads the parameters of a request. An unknown, repeated or empty one is an error.
func (a *API) query(c *fiber.Ctx, known ...string) *query {
	return a.queryOf(c, false, known)
}

// looseQuery is query, but leaves unknown parameters out: links outside of the API are
// passed on with additions of others, such as utm_source.
func (a *API) looseQuery(c *fiber.Ctx, known ...string) *query { return a.queryOf(c, true, known) }

func (a *API) queryOf(c *fiber.Ctx, loose bool, known []string) *query {
	numbers := a.config.Readings()
	q := &query{api: a, numbers: numbers, now: numbers.Now(), values: make(map[string]string)}
	for key, value := range c.Context().QueryArgs().All() {
		name := string(key)
		_, again := q.values[name]
		switch {
		case !slices.Contains(known, name) && loose:
		case !slices.Contains(known, name):
			q.fail(outage.Invalid(clip(name), "This address takes no such parameter."))
		case again:
			q.fail(outage.Invalid(name, "The parameter stands more than once."))
		case len(value) == 0:
			q.fail(outage.Invalid(name, "The value is empty."))
		case !utf8.Valid(value):
			q.fail(outage.Invalid(name, "The value is not UTF-8."))
		default:
			q.values[name] = string(value)
		}
	}
	return q
}

func clip(name string) string {
	if len(name) <= maxField {
		return name
	}
	return name[:maxField]
}

func (q *query) fail(err *outage.Error) { q.errs = append(q.errs, err) }

// err is all that is wrong with the parameters, nil when nothing is.
func (q *query) err() error { return errors.Join(q.errs...) }

// text is the value of a parameter, "" without one.
func (q *query) text(name string) string { return q.values[name] }

// integer is a whole number between two bounds, or the fallback.
func (q *query) integer(name string, low, high, fallback int) int {
	text, given := q.values[name]
	if !given {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		q.fail(outage.Invalid(name, "It must be a whole number from %d to %d.", low, high))
		return fallback
	}
	return n
}

// service is a service named by the parameter, "" for all.
func (q *query) service() string {
	slug := q.text("service")
	if slug == "" {
		return ""
	}
	if _, ok := q.api.config.Services.Service(slug); !ok {
		q.fail(outage.Unknown("service", "There is no service of this name."))
	}
	return slug
}

// country is a covered country, "" for all.
func (q *query) country() outage.Country {
	country := outage.Country(q.text("country"))
	if country != "" && !country.Covered() {
		q.fail(outage.Unknown("country", "It must be the code of a country that is covered: %s.", countryCodes()))
		return ""
	}
	return country
}

// countryCodes lists the covered countries as an error names them.
func countryCodes() string {
	codes := make([]string, 0, len(outage.Countries()))
	for _, country := range outage.Countries() {
		codes = append(codes, string(country))
	}
	return strings.Join(codes, ", ")
}

// area is the country, region or district of a request. A district implies its region,
// and a region its country; they must not contradict what is given beside them.
func (q *query) area() outage.Area {
	area := outage.Area{Country: q.country(), Region: outage.Region(q.text("region")), District: outage.District(q.text("district"))}
	if area.District != "" {
		home := q.api.config.Shapes.RegionOfDistrict(area.District)
		switch {
		case home == "":
			q.fail(outage.Unknown("district", "There is no district of this code."))
			return area
		case area.Region != "" && area.Region != home:
			q.fail(outage.Invalid("district", "The district is in another region."))
		}
		area.Region = home
	}
	if area.Region == "" {
		return area
	}
	home := area.Region.Country()
	switch {
	case !home.Covered() || !slices.Contains(q.api.config.Shapes.Regions(home), area.Region):
		q.fail(outage.Unknown("region", "There is no region of this code."))
	case area.Country != "" && area.Country != home:
		q.fail(outage.Invalid("region", "The region is in another country."))
	}
	area.Country = home
	return area
}

// cursor rejects every cursor, for lists of one page.
func (q *query) cursor() {
	if q.text("cursor") != "" {
		q.fail(outage.Invalid("cursor", "It is not a cursor that this list gave out."))
	}
}
