package public

import "time"

const (
	// keepsUp is how old the hot window may be and still stand for now.
	keepsUp = 15 * time.Second
	// Outdated is the age of the counts from which a reader says so, and from which
	// nobody can tell that a service is as usual.
	Outdated = 2 * time.Minute
)

// AsOf is the instant that answers about now are made for: the present, or, while
// Redis is away, when the hot window last agreed with it. All windows that end now
// end there, so that a window whose counts nobody can read does not run empty.
func (r *Reader) AsOf() time.Time { return r.now() }

// outdated reports whether the counts are too old to tell how a service does.
func (r *Reader) outdated() bool { return r.clock().Sub(r.now()) > Outdated }

func asOf(config Config) func() time.Time {
	return func() time.Time {
		now, refreshed := config.Now(), config.Refreshed()
		if refreshed.IsZero() || now.Sub(refreshed) <= keepsUp {
			return now
		}
		return refreshed
	}
}
