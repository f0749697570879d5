package engine

import "github.com/open-downpour/downpour/pkg/outage"

// Training is for how many of the known minutes a detector trains: most of them where
// more are known, else half of the known ones, and three days at least, so that each
// hour of the day was seen.
func Training(known, most outage.Minute) outage.Minute {
	const least = 3 * 1440
	if known > most {
		return most
	}
	return min(most, max(least, known/2))
}
