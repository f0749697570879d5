package api

import (
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	longestSearch = 64 // characters
	mostPlaces    = 50
	usualPlaces   = 10
)

type placeJSON struct {
	Name     string           `json:"name"`
	Kind     outage.PlaceKind `json:"kind"`
	Country  outage.Country   `json:"country"`
	Region   *outage.Region   `json:"region"`
	District *outage.District `json:"district"`
	Cell     *outage.Cell     `json:"cell"`
}

func wirePlace(place outage.Place) placeJSON {
	return placeJSON{
		Name: place.Name, Kind: place.Kind, Country: place.Country,
		Region: orNull(place.Region), District: orNull(place.District), Cell: orNull(place.Cell),
	}
}

func wirePlaces(places []outage.Place) []placeJSON {
	out := make([]placeJSON, len(places))
	for i, place := range places {
		out[i] = wirePlace(place)
	}
	return out
}

func (a *API) searchPlaces(c *fiber.Ctx) error {
	q := a.query(c, "q", "country", "limit", "cursor")
	q.cursor()
	country := q.country()
	limit := q.integer("limit", 1, mostPlaces, usualPlaces)
	text, given := q.values["q"]
	switch {
	case !given && q.err() == nil:
		q.fail(outage.Invalid("q", "The start of a place or of a postal code is needed."))
	case utf8.RuneCountInString(text) > longestSearch:
		q.fail(outage.Invalid("q", "It must not be longer than %d characters.", longestSearch))
	}
	if err := q.err(); err != nil {
		return err
	}
	return a.sendJSON(c, list[placeJSON]{Items: wirePlaces(a.config.Places.Search(text, country, limit))}, freshTable)
}
