package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Geography is what an engine must know of the map. It is used by several
// goroutines at once.
type Geography interface {
	// Regions are the regions of a country, always in the same order.
	Regions(outage.Country) []outage.Region
	// RegionOf is the region of a cell, "" for none.
	RegionOf(outage.Cell) outage.Region
	// Land is the land of a country in cells of a resolution.
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
	// Relations is what is known of services beside their counts. It is not
	// asked by several goroutines at once.
	Relations incident.Relations
	// AlertFrom is the first minute that may open an incident; what comes
	// before trains, and its outages are kept out of learning in silence.
	AlertFrom outage.Minute
	// Networks is how many networks the reports of one half hour must have come
	// from before they open an incident; 0 where that is not known.
	Networks uint16
	// GapReporters is how many reporters must have been due before silence, of a
	// whole country or of one service, is taken for missing data.
	GapReporters float64
	// ColdAfter is how many minutes a country must have been watched before a service
	// without a past may open: what bursts earlier may be data that begin.
	ColdAfter int
	// Workers is how many goroutines share a minute. It changes no result.
	Workers int
}

// DefaultConfig is how Downpour runs on a geography.
func DefaultConfig(geography Geography) Config {
	return Config{
		Geography:    geography,
		Baseline:     baseline.DefaultParams(),
		Detect:       detect.DefaultParams(),
		Incident:     incident.DefaultParams(),
		Relations:    unknown{},
		GapReporters: 12,
		ColdAfter:    10,
		Workers:      1,
	}
}
