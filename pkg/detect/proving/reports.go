package proving

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
)

// PlacedReports are single reports on a provider, with the part of the country that each
// of its states stands for.
type PlacedReports struct {
	Rows    []Row
	Regions map[string]outage.Region // by state
}

// Spectrum reads two weeks of single reports on one provider of the United States, laid
// over another country: a state becomes a region, those with the most reports the largest
// ones, and the area of a ZIP code's first three digits a cell in it. Reports of states
// beyond the number of regions have no place.
func Spectrum(geography engine.Geography, country outage.Country) (*PlacedReports, error) {
	const name, at, state, area = "spectrum-us-2026-06.csv.gz", 0, 1, 2
	table, err := records(name)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, record := range table {
		counts[record[state]]++
	}
	regions, land := regionsByLand(geography, country)
	all := &PlacedReports{Regions: map[string]outage.Region{}}
	for i, of := range byCount(counts) {
		if i < len(regions) {
			all.Regions[of] = regions[i]
		}
	}
	next, cells := map[outage.Region]int{}, map[string]outage.Cell{}
	for _, record := range table {
		minute, err := minuteOf(time.RFC3339, record[at])
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		row := Row{Minute: minute, Reporters: 1}
		if region, ok := all.Regions[record[state]]; ok {
			key := record[state] + record[area]
			if cells[key] == 0 {
				cells[key] = land[region][next[region]%len(land[region])]
				next[region]++
			}
			row.Placed, row.Point = true, geography.Center(cells[key])
		}
		all.Rows = append(all.Rows, row)
	}
	return all, nil
}

// byCount are names, those of the largest counts first.
func byCount(counts map[string]int) []string {
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	return names
}

// regionsByLand are the regions of a country, the largest first, and the cells of each.
func regionsByLand(geography engine.Geography, country outage.Country) ([]outage.Region, map[outage.Region][]outage.Cell) {
	land := map[outage.Region][]outage.Cell{}
	for _, at := range geography.Land(country, outage.CellFine) {
		region := geography.RegionOf(at)
		land[region] = append(land[region], at)
	}
	regions := slices.DeleteFunc(slices.Clone(geography.Regions(country)), func(r outage.Region) bool { return len(land[r]) == 0 })
	slices.SortStableFunc(regions, func(a, b outage.Region) int { return cmp.Compare(len(land[b]), len(land[a])) })
	return regions, land
}
