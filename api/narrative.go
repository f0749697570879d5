package api

import (
	"fmt"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	figure "golang.org/x/text/number"

	"downpour/pkg/outage"
)

// countryNames are the countries as an English sentence names them.
var countryNames = map[outage.Country]string{outage.GB: "the United Kingdom", outage.IN: "India"}

// narrative is the arithmetic behind an incident as one English sentence that
// can be quoted: when, how many, where, and against what.
func (a *API) narrative(in outage.Incident) string {
	name := in.Service
	if service, ok := a.Services.Service(in.Service); ok {
		name = service.Name
	}
	words := message.NewPrinter(language.BritishEnglish)
	return words.Sprintf("%s, %v %s problems with %s in %s; about %v %s normal for that time, and %v are enough to open an incident.",
		stretch(in.Since.Time(), in.OpenedAt.UTC()),
		figure.Decimal(in.Observed), plural(float64(in.Observed), "person reported", "people reported"), name, a.where(in),
		mean(in.Expected), plural(in.Expected, "is", "are"), mean(in.Threshold))
}

// stretch tells the run that opened an incident, and the date of each end where
// they differ.
func stretch(since, opened time.Time) string {
	const clock, date = "15:04", "2 January 2006"
	if since.Format(date) == opened.Format(date) {
		return fmt.Sprintf("On %s, from %s to %s UTC", since.Format(date), since.Format(clock), opened.Format(clock))
	}
	return fmt.Sprintf("From %s on %s to %s on %s UTC", since.Format(clock), since.Format(date), opened.Format(clock), opened.Format(date))
}

// where names the main region, and says when there is more or less than it.
func (a *API) where(in outage.Incident) string {
	country := countryNames[in.Country]
	if in.Footprint.Scope == outage.ScopeCountry || len(in.Footprint.Regions) == 0 {
		return country
	}
	place := a.Shapes.RegionName(in.Footprint.Regions[0], "en") + ", " + country
	switch {
	case len(in.Footprint.Regions) > 1:
		return fmt.Sprintf("%d regions, mainly %s", len(in.Footprint.Regions), place)
	case in.Footprint.Scope == outage.ScopeCell:
		return "a part of " + place
	}
	return place
}

// mean is a number with one decimal below ten, where it matters.
func mean(x float64) figure.Formatter {
	x = round(x, meanDecimals)
	if x >= 10 {
		return figure.Decimal(x, figure.MaxFractionDigits(0))
	}
	return figure.Decimal(x, figure.MaxFractionDigits(1))
}

func plural(n float64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
