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
		signal.Cell = s.base.Place(a.Handle).Cell()
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

// localise finds the footprint of the counts since a minute.
func (s *series) localise(since outage.Minute) incident.Opening {
	nodes := s.nodes(since)
	spread := detect.Localise(&s.config.Detect, nodes)
	inside := func(n *detect.Node) bool { return s.within(n.Handle, spread) }
	cells := s.cells(nodes, inside)
	return incident.Opening{
		Footprint: outage.Footprint{
			Scope:    scopeOf(spread.Level),
			Cells:    cells,
			Regions:  s.regionsOf(nodes, inside),
			Centroid: s.centroid(cells),
		},
		Handles: spread.Handles, Observed: spread.Observed, Expected: spread.Expected,
	}
}

// nodes are all places with their counts since a minute, the country first.
func (s *series) nodes(since outage.Minute) []detect.Node {
	places := s.base.Places()
	counts := make([]uint32, places)
	total, minutes := s.base.Recent(since, counts)
	for h := int32(places) - 1; h > 0; h-- {
		place := s.base.Place(h)
		if place.Parent == baseline.Nowhere { // a sparse cell or a region has no counts of its own
			continue
		}
		counts[place.Parent] += counts[h]
		if place.Region != baseline.Nowhere {
			counts[place.Region] += counts[h]
		}
	}
	counts[baseline.Whole] = total
	nodes := make([]detect.Node, places)
	for h := range nodes {
		handle := int32(h)
		mean := s.base.Mean() * s.base.Share(handle)
		nodes[h] = detect.Node{
			Handle: handle, Level: s.level(handle), Region: s.base.Place(handle).Region,
			Metro:    s.base.Place(handle).Parent != baseline.Nowhere,
			Observed: float64(counts[h]), Expected: mean * float64(minutes),
		}
	}
	return nodes
}

// within reports whether a place lies in the spread, or is part of it.
func (s *series) within(handle int32, spread detect.Spread) bool {
	return slices.ContainsFunc(spread.Handles, func(h int32) bool { return s.lies(handle, h) })
}

// cells are the metro cells inside that have an excess, the largest first.
func (s *series) cells(nodes []detect.Node, inside func(*detect.Node) bool) []outage.CellWeight {
	weights := map[outage.Cell]float64{} // a cell may be a place in two regions
	for i := range nodes {
		if n := &nodes[i]; n.Metro && inside(n) {
			weights[s.base.Place(n.Handle).Cell()] += n.Excess()
		}
	}
	cells := []outage.CellWeight{}
	for cell, weight := range weights {
		if weight = rounded(weight); weight > 0 {
			cells = append(cells, outage.CellWeight{Cell: cell, Weight: weight})
		}
	}
	slices.SortFunc(cells, func(a, b outage.CellWeight) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Cell, b.Cell))
	})
	return cells
}

// regionsOf are the regions with an excess inside, the largest first. What is
// inside is told by its metro cells, whatever the level of the spread.
func (s *series) regionsOf(nodes []detect.Node, inside func(*detect.Node) bool) []outage.Region {
	excess := make([]float64, len(s.country.regions))
	for i := range nodes {
		n := &nodes[i]
		if n.Metro && n.Region != baseline.Nowhere && inside(n) {
			excess[n.Region-1] += n.Excess()
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
