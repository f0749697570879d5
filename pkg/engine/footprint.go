package engine

import (
	"cmp"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// signal is an alarm in the words that everyone shares.
func (s *series) signal(a detect.Alarm, minute outage.Minute) outage.Signal {
	signal := outage.Signal{
		Service: s.service, Country: s.country.code,
		Since: a.Since, Minute: minute, Scope: scopeOf(a.Level),
		Observed: int64(a.Observed), Expected: a.Expected,
		Evidence: a.Evidence, Needed: a.Needed, Threshold: a.Threshold, Alternative: a.Alternative,
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
	inside := func(n *detect.Node) bool { return s.covered(n.Handle, spread.Handles) }
	cells := s.cells(nodes, inside)
	regions := s.regionsOf(nodes, inside)
	return incident.Opening{
		Footprint: outage.Footprint{
			Scope:    scopeOf(spread.Level),
			Cells:    cells,
			Regions:  s.regionCodes(regions),
			Centroid: s.centroid(cells),
		},
		Handles: spread.Handles, Regions: regions, Observed: spread.Observed, Expected: spread.Expected,
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

// covered reports whether a place is one of the handles, or part of one.
func (s *series) covered(handle int32, handles []int32) bool {
	place := s.base.Place(handle)
	for _, h := range handles {
		if h == baseline.Whole || h == handle || h == place.Parent || h == place.Region {
			return true
		}
	}
	return false
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

// regionsOf are the handles of the regions with an excess inside, the largest
// first. What is inside is told by its metro cells, whatever the level of the
// spread.
func (s *series) regionsOf(nodes []detect.Node, inside func(*detect.Node) bool) []int32 {
	excess := make([]float64, len(s.country.regions))
	for i := range nodes {
		n := &nodes[i]
		if n.Metro && n.Region != baseline.Nowhere && inside(n) {
			excess[n.Region-1] += n.Excess()
		}
	}
	handles := []int32{}
	for i, amount := range excess {
		if amount > 0 {
			handles = append(handles, int32(i+1))
		}
	}
	slices.SortStableFunc(handles, func(a, b int32) int { return cmp.Compare(excess[b-1], excess[a-1]) })
	return handles
}

// regionCodes are the codes of regions by their handles.
func (s *series) regionCodes(handles []int32) []outage.Region {
	regions := make([]outage.Region, len(handles))
	for i, h := range handles {
		regions[i] = s.country.regions[h-1]
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
