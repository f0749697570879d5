package demo

import "github.com/open-downpour/downpour/pkg/outage"

// locateCache finds the cells of points, of which a scenario has a limited number.
// It is for one goroutine.
type locateCache struct {
	geography Geography
	known     map[outage.LatLng]outage.Place
}

func newLocateCache(geography Geography) *locateCache {
	return &locateCache{geography: geography, known: map[outage.LatLng]outage.Place{}}
}

func (c *locateCache) locate(point outage.LatLng) (at outage.Place, err error) {
	at, known := c.known[point]
	if !known {
		if at.Cell, at.Country, at.Region, err = c.geography.Locate(point); err != nil {
			return at, err
		}
		at.District = c.geography.DistrictOf(at.Cell, at.Region)
		c.known[point] = at
	}
	return at, nil
}
