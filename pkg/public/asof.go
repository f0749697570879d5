package public

import "time"

const (
	// keepsUp is how old the hot window may be and still stand for now.
	keepsUp = 15 * time.Second
	// Outdated is the age of the counts from which a reader says so, and from which
	// nobody can tell that a service is as usual.
	Outdated = 2 * time.Minute
)

// asOf is the instant that answers about now are made for: the present, or, while
// Redis is away, when the hot window last agreed with it. All windows that end now
// end there, so that a window whose counts nobody can read does not run empty.
func asOf(now, refreshed time.Time) time.Time {
	if refreshed.IsZero() || now.Sub(refreshed) <= keepsUp {
		return now
	}
	return refreshed
}
