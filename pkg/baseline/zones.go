package baseline

import "github.com/open-downpour/downpour/pkg/outage"

// Zones are the local times of the regions of a country whose zones differ, at the
// beginning of a block. Series of such a country have one seasonality, learnt in the
// zone of most people; the share of a place follows the hour of its own region, since
// people of an eastern region go to work earlier by the clock of a western one.
type Zones struct {
	Country LocalTime
	Regions []LocalTime // in the country's order
	// RegionOf is the number of the region that has most of a sparse cell, -1 for none.
	RegionOf func(sparse outage.Cell) int
}

// SetZones sets the local times for the series that begin a block next, nil where all
// regions share one zone. They are not part of the state.
func (p *Pool) SetZones(zones *Zones) { p.zones = zones }

// updateLocal compares the seasonality in the zone of each region with that in the zone
// of the country.
func (s *Series) updateLocal(pool *Pool) {
	s.local, s.regionOf = s.local[:0], nil
	if pool.zones == nil {
		return
	}
	base := s.base()
	whole := s.seasonality(pool.zones.Country, base, pool)
	for _, now := range pool.zones.Regions {
		s.local = append(s.local, s.seasonality(now, base, pool)/whole)
	}
	s.regionOf = pool.zones.RegionOf
}

// hourOf is the factor by which the local hour of a place changes its share of the
// country's reporters.
func (s *Series) hourOf(handle int32) float64 {
	if len(s.local) == 0 || handle == Whole {
		return 1
	}
	place := &s.places.list[handle]
	region := int(place.Region) - 1
	switch {
	case place.Key == 0:
		region = int(handle) - 1
	case place.Region == Nowhere && place.Key.Resolution() == SparseResolution:
		region = s.regionOf(place.Key)
	}
	if region < 0 || region >= len(s.local) {
		return 1
	}
	return s.local[region]
}
