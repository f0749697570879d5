package engine

import "github.com/open-downpour/downpour/pkg/outage"

// Training is how long a detector trains on counts of which so many minutes are known,
// where it would train for most: half of what is known where that is shorter, but
// days at least, in which each hour has been seen.
func Training(known, most outage.Minute) outage.Minute {
	const least = 3 * 1440
	if known > most {
		return most
	}
	return min(most, max(least, known/2))
}
