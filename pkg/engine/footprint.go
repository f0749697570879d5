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

// localise is the footprint, around the node that alarmed, of the counts since a minute
// that a mask leaves.
func (t *tree) localise(since outage.Minute, alarmed int32, m *mask) incident.Opening {
	nodes, minutes := t.nodes(since, m)
	return t.opening(detect.Localise(&t.country.config.Detect, nodes, alarmed), nodes, minutes)
}

// everywhere is the footprint of the whole country.
func (t *tree) everywhere(since outage.Minute) incident.Opening {
	nodes, minutes := t.nodes(since, &mask{})
	return t.opening(detect.Everywhere(nodes), nodes, minutes)
}

func (t *tree) opening(area detect.Area, nodes []detect.Node, minutes int) incident.Opening {
	inside := func(n *detect.Node) bool { return t.covered(n.Handle, area.Handles) }
	cells := t.cells(nodes, inside)
	regions := t.regions(nodes, inside)
	return incident.Opening{
		Footprint: outage.Footprint{
			Scope:    scopeOf(area.Level),
			Cells:    cells,
			Regions:  t.regionCodes(regions),
			Centroid: t.centroid(cells),
		},
		Handles: area.Handles, Regions: regions, Observed: area.Observed, Expected: area.Expected, Minutes: minutes,
	}
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

// cells are the metro cells inside that have an excess, the largest first.
func (t *tree) cells(nodes []detect.Node, inside func(*detect.Node) bool) []outage.CellWeight {
	weights := map[outage.Cell]float64{} // a cell may be a place in two regions
	for i := range nodes {
		if n := &nodes[i]; n.Metro && inside(n) {
			weights[t.base.Place(n.Handle).Cell()] += n.Excess()
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

// regions are the handles of the regions with an excess inside, the largest first.
// The excess is summed over metro cells, whatever the level of the area.
func (t *tree) regions(nodes []detect.Node, inside func(*detect.Node) bool) []int32 {
	excess := make([]float64, len(t.country.regions))
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
func (t *tree) regionCodes(handles []int32) []outage.Region {
	regions := make([]outage.Region, len(handles))
	for i, h := range handles {
		regions[i] = t.country.regions[h-1]
	}
	return regions
}

// centroid is the weighted centre of the cells, or that of the country without any.
func (t *tree) centroid(cells []outage.CellWeight) outage.LatLng {
	sum, weight := outage.LatLng{}, 0.
	for _, c := range cells {
		center := t.country.config.Geography.Center(c.Cell)
		sum.Lat += center.Lat * c.Weight
		sum.Lng += center.Lng * c.Weight
		weight += c.Weight
	}
	if weight <= 0 {
		return t.country.middle
	}
	return outage.LatLng{Lat: sum.Lat / weight, Lng: sum.Lng / weight}
}

// coarseFootprint is the footprint of a pending incident. It is no finer than a region,
// because so few reports in a cell would identify people.
func (t *tree) coarseFootprint(signal outage.Signal) outage.Footprint {
	footprint := outage.Footprint{Scope: signal.Scope, Centroid: t.country.middle}
	region := signal.Region
	if signal.Scope == outage.ScopeCell {
		region = t.country.config.Geography.RegionOf(signal.Cell)
	}
	if region != "" {
		footprint.Regions = []outage.Region{region}
	}
	return footprint
}

func rounded(x float64) float64 { return math.Round(x*100) / 100 }
