// Package duration reads and writes lengths of time as the API and the scripts have
// them: 15m, 24h or 90d. A length is one whole number and one unit; a day has 24
// hours.
package duration

import (
	"math"
	"regexp"
	"strconv"
	"time"
)

// Day is 24 hours.
const Day = 24 * time.Hour

var form = regexp.MustCompile(`^(0|[1-9][0-9]{0,5})([mhd])$`)

var units = map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": Day}

// Parse reads a length such as 15m, 24h or 90d, of at most six digits and 292 years.
func Parse(text string) (length time.Duration, ok bool) {
	match := form.FindStringSubmatch(text)
	if match == nil {
		return 0, false
	}
	n, err := strconv.Atoi(match[1])
	unit := units[match[2]]
	if err != nil || time.Duration(n) > math.MaxInt64/unit {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// Format writes a length in the largest unit of which it is a multiple. Seconds are
// dropped.
func Format(length time.Duration) string {
	switch {
	case length%Day == 0:
		return strconv.Itoa(int(length/Day)) + "d"
	case length%time.Hour == 0:
		return strconv.Itoa(int(length/time.Hour)) + "h"
	}
	return strconv.Itoa(int(length/time.Minute)) + "m"
}
