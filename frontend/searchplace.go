package frontend

import (
	"slices"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

// searchPlaces are the pages of the places that a query may mean: of the one that it
// names for certain, else of the likeliest.
func (s *Site) searchPlaces(at address.Address, query string) (found []address.Address) {
	named := s.config.Places.Resolve(query, at.Country)
	places := named.Candidates
	if named.Understood {
		places = []outage.Place{named.Place}
	}
	for _, place := range places {
		area := outage.Area{Country: place.Country, Region: place.Region, District: place.District}
		if page, ok := at.OfArea(s.config.Services, s.config.Places, area); ok && !slices.Contains(found, page) {
			found = append(found, page)
		}
	}
	return found
}
