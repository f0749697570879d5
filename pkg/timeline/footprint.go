package timeline

import (
	"cmp"
	"math"
	"slices"

	"downpour/pkg/baseline"
	"downpour/pkg/detect"
	"downpour/pkg/incident"
	"downpour/pkg/outage"
)

// signal is an alarm in the words that everyone shares.
func (s *series) signal(a detect.Alarm, minute outage.Minute) outage.Signal {
	signal := outage.Signal{
		Service: s.service, Country: s.country.code,
		Since: a.Since, Minute: minute, Scope: scopeOf(a.Level),
		Observed: int64(a.Observed), Expected: a.Expected,
		Evidence: a.Evidence, Needed: a.Needed, Threshold: a.Threshold,
	}
	switch a.Level {
	case detect.Region:
		signal.Region = s.country.regions[a.Handle-1]
	case detect.Cell:
		signal.Cell = s.base.Place(a.Handle).Cell
	}
	return signal
}

func scopeOf(level detect.Level) outage.Scope {
	switch level {
	case detect.Country:
		return outage.ScopeCountry
	case detect.Region:
		return outage.ScopeRegion
	}
	return outage.ScopeCell
}

// localise finds the footprint of the present counts.
func (s *series) localise(minute outage.Minute) incident.Opening {
	dispersion := s.base.Dispersion()
	spread := s.bank.Localise(minute, len(s.country.regions), s.metroCell, dispersion)
	excesses := s.bank.Excesses(minute, dispersion)
	footprint := outage.Footprint{Scope: scopeOf(spread.Level)}
	footprint.Cells = s.cells(spread, excesses)
	footprint.Regions = s.regionsOf(spread, excesses)
	footprint.Centroid = s.centroid(footprint.Cells)
	return incident.Opening{
		Footprint: footprint, Handles: spread.Handles,
		Observed: spread.Observed, Expected: spread.Expected,
	}
}

// cells are the metro cells within the spread that have an excess, the largest
// first.
func (s *series) cells(spread detect.Spread, excesses []detect.Excess) []outage.CellWeight {
	cells := []outage.CellWeight{}
	for _, e := range excesses {
		if s.level(e.Handle) != detect.Cell || !s.metroCell(e.Handle) || !s.within(e.Handle, spread) {
			continue
		}
		cells = append(cells, outage.CellWeight{Cell: s.base.Place(e.Handle).Cell, Weight: rounded(e.Observed - e.Expected)})
	}
	slices.SortStableFunc(cells, func(a, b outage.CellWeight) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Cell, b.Cell))
	})
	return cells
}

// within reports whether a metro cell lies in the spread.
func (s *series) within(handle int32, spread detect.Spread) bool {
	place := s.base.Place(handle)
	for _, h := range spread.Handles {
		if h == baseline.Whole || h == handle || h == place.Parent || h == place.Region {
			return true
		}
	}
	return false
}

// regionsOf are the regions that the spread touches, the largest excess first.
func (s *series) regionsOf(spread detect.Spread, excesses []detect.Excess) []outage.Region {
	excess := make([]float64, len(s.country.regions))
	for _, e := range excesses {
		switch level := s.level(e.Handle); {
		case level == detect.Region && s.covers(spread, e.Handle):
			excess[e.Handle-1] = e.Observed - e.Expected
		case level == detect.Cell && spread.Level == detect.Cell && s.metroCell(e.Handle) && s.within(e.Handle, spread):
			if region := s.base.Place(e.Handle).Region; region != baseline.Nowhere {
				excess[region-1] += e.Observed - e.Expected
			}
		}
	}
	numbers := []int{}
	for i, amount := range excess {
		if amount > 0 {
			numbers = append(numbers, i)
		}
	}
	slices.SortStableFunc(numbers, func(a, b int) int { return cmp.Compare(excess[b], excess[a]) })
	regions := make([]outage.Region, len(numbers))
	for i, n := range numbers {
		regions[i] = s.country.regions[n]
	}
	return regions
}

// covers reports whether a region is part of the spread as a whole.
func (s *series) covers(spread detect.Spread, region int32) bool {
	return spread.Level == detect.Country || slices.Contains(spread.Handles, region)
}

// centroid is the middle of the excess; of the country, where none is placed.
func (s *series) centroid(cells []outage.CellWeight) outage.LatLng {
	sum, weight := outage.LatLng{}, 0.
	for _, c := range cells {
		center := s.config.Geography.Center(c.Cell)
		sum.Lat += center.Lat * c.Weight
		sum.Lng += center.Lng * c.Weight
		weight += c.Weight
	}
	if weight <= 0 {
		return s.country.middle
	}
	return outage.LatLng{Lat: sum.Lat / weight, Lng: sum.Lng / weight}
}

func rounded(x float64) float64 { return math.Round(x*100) / 100 }
