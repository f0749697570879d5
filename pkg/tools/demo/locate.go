package demo

import "github.com/open-downpour/downpour/pkg/outage"

// locateCache finds the cells of points, of which a scenario has a limited number.
// It is for one goroutine.
type locateCache struct {
	geography Geography
	known     map[outage.LatLng]location
}

type location struct {
	cell   outage.Cell
	region outage.Region
}

func newLocateCache(geography Geography) *locateCache {
	return &locateCache{geography: geography, known: map[outage.LatLng]location{}}
}

func (c *locateCache) locate(point outage.LatLng) (at location, err error) {
	at, known := c.known[point]
	if !known {
		if at.cell, _, at.region, err = c.geography.Locate(point); err != nil {
			return at, err
		}
		c.known[point] = at
	}
	return at, nil
}
