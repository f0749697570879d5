package public

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// PlaceTable is the public table over a span of whole quarter hours by region or by
// district: Total = Unplaced + Withheld + the sum over Places.
type PlaceTable struct {
	AsOf         time.Time // end of the newest whole minute that it was made from
	Span         outage.Span
	Service      string // "" for all
	Country      outage.Country
	Level        int // outage.LevelRegion or outage.LevelDistrict
	Total        int64
	Unplaced     int64 // without a place of the level
	Withheld     int64 // placed, and not shown there
	NotYetPlaced int64 // see Heatmap
	Places       []PlaceCount
}

// PlaceCount is a row of a PlaceTable.
type PlaceCount struct {
	Region   outage.Region
	District outage.District // "" in a table of regions
	Reports  int64
	Judged   float64  // what the caps per network leave of Reports
	Expected *float64 // judged reporters expected in the span; nil while no baseline is known
	Ratio    *float64 // of Judged to Expected, see outage.Ratio
	Status   outage.Status
}

// Places is the public table over a span, which is widened to whole quarter hours, at
// the level of regions or districts: most reports first, places with nothing to show
// left out. An empty service or country means all.
func (s *Snapshot) Places(ctx context.Context, service string, country outage.Country, level int, span outage.Span) (PlaceTable, error) {
	answer, err := s.placeTable(ctx, service, country, level, span)
	if err == nil {
		s.comparePlaces(ctx, &answer)
	}
	return answer, err
}

// placeTable is Places without what is normal.
func (s *Snapshot) placeTable(ctx context.Context, service string, country outage.Country, level int, span outage.Span) (PlaceTable, error) {
	span = span.Snap(outage.Quarter)
	answer := PlaceTable{AsOf: s.AsOf(), Span: span, Service: service, Country: country, Level: level}
	table, err := s.table(ctx, outage.Query{Service: service, Country: country, Span: span}, level)
	if err != nil {
		return answer, err
	}
	answer.Total, answer.Unplaced, answer.NotYetPlaced = table.Total, table.Unplaced, table.NotYetPlaced
	answer.Withheld = answer.Total - answer.Unplaced
	at := map[node]int{}
	for _, row := range table.Rows {
		key := node{Region: row.Region, District: row.District}
		i, known := at[key]
		if !known {
			i = len(answer.Places)
			at[key] = i
			answer.Places = append(answer.Places, PlaceCount{Region: row.Region, District: row.District, Status: outage.StatusUnknown})
		}
		answer.Places[i].Reports += row.Reports
		answer.Places[i].Judged += row.Judged
		answer.Withheld -= row.Reports
	}
	slices.SortFunc(answer.Places, func(a, b PlaceCount) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Region, b.Region), cmp.Compare(a.District, b.District))
	})
	return answer, nil
}

// comparePlaces gives the places of a table of one service what was expected of
// them: the country's normal over the span, times the place's share of it now.
func (s *Snapshot) comparePlaces(ctx context.Context, answer *PlaceTable) {
	s.eachNormal(ctx, answer.Service, answer.Country, answer.Span, func(country outage.Country, watch outage.Watch, expected float64) {
		shares := s.shareOfPlaces(watch, answer.Level)
		for i := range answer.Places {
			place := &answer.Places[i]
			if place.Region.Country() != country {
				continue
			}
			share := shares[node{Region: place.Region, District: place.District}]
			if expected := expected * share; expected > 0 {
				ratio := outage.Ratio(place.Judged, expected)
				place.Expected, place.Ratio = &expected, &ratio
			}
			place.Status = watch.StatusIn(place.Region, 0, watch.Baseline.Mean*share, int64(math.Round(place.Judged)))
		}
	})
}

// shareOfPlaces is the part of the country's reporters that is normal for each region
// or district. The cells that the detector knows may reach over the border of a
// district; each is taken for a part of the one that has most of it.
func (s *Snapshot) shareOfPlaces(watch outage.Watch, level int) map[node]float64 {
	shares := map[node]float64{}
	if level == outage.LevelRegion {
		for region, mean := range watch.Regions {
			shares[node{Region: region}] = mean / watch.Baseline.Mean
		}
		return shares
	}
	if s.districtOf == nil {
		return shares
	}
	for cell, mean := range watch.Cells {
		region, district := s.districtOf(cell)
		shares[node{Region: region, District: district}] += mean / watch.Baseline.Mean
	}
	return shares
}

// RegionCount is one row of the table beside the map.
type RegionCount struct {
	Region  outage.Region
	Reports int64
}

// Regions is Places at the level of regions, without what is normal.
func (s *Snapshot) Regions(ctx context.Context, service string, country outage.Country, span outage.Span) ([]RegionCount, error) {
	table, err := s.placeTable(ctx, service, country, outage.LevelRegion, span)
	regions := make([]RegionCount, len(table.Places))
	for i, place := range table.Places {
		regions[i] = RegionCount{Region: place.Region, Reports: place.Reports}
	}
	return regions, err
}
