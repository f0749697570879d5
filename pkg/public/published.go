package public

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Geography is what publishing an incident needs to know of the map.
type Geography interface {
	Land(country outage.Country, resolution int) []outage.Cell
	RegionOf(outage.Cell) outage.Region
	Center(outage.Cell) outage.LatLng
}

// Publish is an incident as the public sees it: everything that it says about
// places is read from the public table over the time since it began. Of its
// footprint, its recoveries and its explanation stay the regions and cells that
// the table shows; the centroid is the middle of what stays. An incident of which
// no region stays is one of its country. Errors are those of the sources.
func (r *Reader) Publish(ctx context.Context, geography Geography, in outage.Incident) (outage.Incident, error) {
	snapshot := r.Snapshot()
	span := outage.Span{From: in.Since, To: outage.MinuteOf(snapshot.at) + 1}
	if !in.ClosedAt.IsZero() {
		span.To = max(in.Since+1, outage.MinuteOf(in.ClosedAt))
	}
	shown, err := snapshot.shownPlaces(ctx, outage.Query{Service: in.Service, Country: in.Country, Span: span.Snap(outage.Quarter)})
	if err != nil {
		return in, fmt.Errorf("publishing incident %s: %w", in.ID, err)
	}
	in.Footprint = shown.footprint(geography, in.Country, in.Footprint)
	in.Recoveries = slices.DeleteFunc(slices.Clone(in.Recoveries), func(of outage.Recovery) bool {
		return !shown.regions[of.Region] || of.Reports < Floor
	})
	in.Why = shown.explanation(in.Why)
	return in, nil
}

// places are the regions, and the cells of the resolutions of a footprint, that
// the public table shows.
type places struct {
	regions   map[outage.Region]bool
	cells     map[outage.Cell]bool
	districts map[outage.Cell][]outage.TableRow // the parts of a cell that lie in known districts
}

// footprintResolutions are those of the cells of footprints.
var footprintResolutions = []int{4, 5}

func (s *Snapshot) shownPlaces(ctx context.Context, query outage.Query) (places, error) {
	shown := places{regions: map[outage.Region]bool{}, cells: map[outage.Cell]bool{}, districts: map[outage.Cell][]outage.TableRow{}}
	for _, level := range append([]int{outage.LevelRegion}, footprintResolutions...) {
		table, err := s.table(ctx, query, level)
		if err != nil {
			return shown, err
		}
		for _, row := range table.Rows {
			if level == outage.LevelRegion {
				shown.regions[row.Region] = true
				continue
			}
			shown.cells[row.Cell] = true
			if row.District != "" {
				shown.districts[row.Cell] = append(shown.districts[row.Cell], row)
			}
		}
	}
	return shown, nil
}

func (p places) footprint(geography Geography, country outage.Country, exact outage.Footprint) outage.Footprint {
	public := outage.Footprint{Scope: exact.Scope}
	for _, region := range exact.Regions {
		if p.regions[region] {
			public.Regions = append(public.Regions, region)
		}
	}
	for _, cell := range exact.Cells {
		if p.cells[cell.Cell] && cell.Weight >= Floor {
			public.Cells = append(public.Cells, cell)
		}
	}
	if len(public.Regions) == 0 {
		public.Scope = outage.ScopeCountry
	}
	public.Districts = p.districtsOf(public.Cells)
	public.Centroid = centroid(geography, country, public)
	return public
}

// districtsOf are the districts in which the table shows reports of some cells, most
// reports first.
func (p places) districtsOf(cells []outage.CellWeight) (districts []outage.District) {
	reports := map[outage.District]int64{}
	for _, cell := range cells {
		for _, row := range p.districts[cell.Cell] {
			reports[row.District] += row.Reports
		}
	}
	return slices.SortedFunc(maps.Keys(reports), func(a, b outage.District) int {
		return cmp.Or(cmp.Compare(reports[b], reports[a]), cmp.Compare(a, b))
	})
}

// centroid is the middle of the weights of the cells of a footprint; where it has
// none, of the land of its regions, or of its country.
func centroid(geography Geography, country outage.Country, public outage.Footprint) outage.LatLng {
	var sum outage.LatLng
	weight := 0.
	add := func(cell outage.Cell, n float64) {
		center := geography.Center(cell)
		sum.Lat, sum.Lng, weight = sum.Lat+n*center.Lat, sum.Lng+n*center.Lng, weight+n
	}
	for _, cell := range public.Cells {
		add(cell.Cell, cell.Weight)
	}
	if weight == 0 {
		for _, cell := range geography.Land(country, footprintResolutions[0]) {
			if len(public.Regions) == 0 || slices.Contains(public.Regions, geography.RegionOf(cell)) {
				add(cell, 1)
			}
		}
	}
	if weight == 0 { // a region that has most of no cell
		return outage.LatLng{}
	}
	return outage.LatLng{Lat: sum.Lat / weight, Lng: sum.Lng / weight}
}

// explanation keeps of the nodes that alarmed those that are shown. The country is.
func (p places) explanation(exact outage.Explanation) outage.Explanation {
	exact.Alarming = slices.DeleteFunc(slices.Clone(exact.Alarming), func(of outage.Signal) bool { return !p.showsNode(of) })
	exact.History = slices.Clone(exact.History)
	for i := range exact.History {
		if node := &exact.History[i].Node; !p.showsNode(*node) {
			*node = outage.Signal{Scope: node.Scope}
		}
	}
	return exact
}

// showsNode says whether the public may see a node: below the country with Floor
// reporters, in a place that is shown.
func (p places) showsNode(of outage.Signal) bool {
	if of.Scope != outage.ScopeCountry && of.Observed < Floor {
		return false
	}
	switch of.Scope {
	case outage.ScopeRegion:
		return p.regions[of.Region]
	case outage.ScopeCell:
		return p.cells[of.Cell]
	}
	return true
}
