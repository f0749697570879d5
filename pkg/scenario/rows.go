// Package scenario holds past outages as scripts, and the rows that scripts and
// backtests exchange.
//
// It owns the format of rows: counts of reports by service, place and minute,
// in order of time. It promises that a row is either read whole or is an error
// with its line number, and that reading needs no more memory for more rows. It
// refuses to guess: no line is repaired or skipped.
package scenario

import (
	"fmt"
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Format is how rows are written.
type Format string

// The formats: CSV with a header, and NDJSON with the same keys.
const (
	CSV    Format = "csv"
	NDJSON Format = "ndjson"
)

// Row is a count of reports of one service in one place and minute, as the
// backtest reads it and a scenario prints it.
type Row struct {
	Minute  outage.Minute
	Service string
	Country outage.Country
	// Point is where the reports are; meaningless unless Placed.
	Point     outage.LatLng
	Placed    bool
	Symptom   string // "" for none
	Network   string // slug of the access network that they named, "" for none
	Reporters int    // distinct people, at most N
	N         int    // reports
}

// The keys of a row, in the order in which they are written. The network is read where
// there is one and not written: no script knows it.
var columns = [...]string{"timestamp", "service", "country", "lat", "lng", "symptom", "reporters", "n", "network"}

const (
	colTimestamp = iota
	colService
	colCountry
	colLat
	colLng
	colSymptom
	colReporters
	colN
	colNetwork
)

// timeLayout is the minute as it stands in a row.
const timeLayout = "2006-01-02T15:04:05Z"

const (
	longestSlug  = 64
	mostReports  = 1 << 30
	longestField = 128 // of a value repeated in an error
)

// slug reports whether text may name a service or a symptom.
func slug(text []byte) bool {
	if len(text) == 0 || len(text) > longestSlug {
		return false
	}
	for _, c := range text {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', 'A' <= c && c <= 'Z':
		default:
			return false
		}
	}
	return true
}

// checkPoint says what is wrong with a coordinate.
func checkPoint(p outage.LatLng) error {
	if math.IsNaN(p.Lat) || p.Lat < -90 || p.Lat > 90 {
		return outage.Invalid("lat", "is not between -90 and 90")
	}
	if math.IsNaN(p.Lng) || p.Lng < -180 || p.Lng > 180 {
		return outage.Invalid("lng", "is not between -180 and 180")
	}
	return nil
}

// checkCounts says what is wrong with the numbers of a row.
func checkCounts(reporters, n int) error {
	switch {
	case n < 0 || n > mostReports:
		return outage.Invalid("n", "is not between 0 and %d", mostReports)
	case reporters < 0:
		return outage.Invalid("reporters", "is negative")
	case reporters > n:
		return outage.Invalid("reporters", "is %d, more than the %d reports", reporters, n)
	}
	return nil
}

// shown is a value as an error repeats it.
func shown(value []byte) string {
	if len(value) > longestField {
		value = value[:longestField]
	}
	return fmt.Sprintf("%q", value)
}
