package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Geography is the geography that an engine needs. It must be safe for concurrent use.
type Geography interface {
	// Regions are the regions of a country, always in the same order.
	Regions(outage.Country) []outage.Region
	// RegionOf is the region of a cell, "" for none.
	RegionOf(outage.Cell) outage.Region
	// Land is the cells of a resolution that cover the land of a country.
	Land(country outage.Country, resolution int) []outage.Cell
	// Center is the middle of a cell.
	Center(outage.Cell) outage.LatLng
}

// Config is everything that an engine depends on.
type Config struct {
	Geography Geography
	Baseline  baseline.Params
	Detect    detect.Params
	Incident  incident.Params
	// Relations is what is known of services beside their counts. It is not used
	// concurrently.
	Relations incident.Relations
	// AlertFrom is the first minute whose incidents are returned. Minutes before it
	// train the baseline; their outages are excluded from learning but not returned.
	AlertFrom outage.Minute
	// Networks is how many networks the reports of one half hour must have come
	// from before they open an incident; 0 where networks are not known.
	Networks uint16
	// Former are the countries of states that do not name theirs, in the order in which
	// they were covered then; nil for those that are covered now.
	Former []outage.Country
	// GapReporters is how many reporters must have been expected before silence, of a
	// whole country or of one service, is taken for missing data.
	GapReporters float64
	// ColdAfter is how many minutes of a country must have been processed before a
	// service without history may open an incident: an earlier burst may be the start
	// of the data.
	ColdAfter int
	// Workers is how many goroutines share a minute. It changes no result.
	Workers int
}

// DefaultConfig is the configuration that Downpour runs with on a geography.
func DefaultConfig(geography Geography) Config {
	return Config{
		Geography:    geography,
		Baseline:     baseline.DefaultParams(),
		Detect:       detect.DefaultParams(),
		Incident:     incident.DefaultParams(),
		Relations:    noRelations{},
		GapReporters: 12,
		ColdAfter:    10,
		Workers:      1,
	}
}
