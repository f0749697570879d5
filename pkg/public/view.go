package public

import "github.com/open-downpour/downpour/pkg/outage"

// Values of answers.
type (
	Heatmap      = outage.Heatmap
	HeatCell     = outage.HeatCell
	Series       = outage.Series
	Point        = outage.Point
	Symptoms     = outage.Symptoms
	SymptomCount = outage.SymptomCount
	RegionCount  = outage.RegionCount
	Day          = outage.Day
)
