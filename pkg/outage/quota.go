package outage

import "time"

// Quota is how many requests a sender may still send.
type Quota struct {
	Limit     int           // requests in a window
	Window    time.Duration // in which a whole limit grows again
	Remaining int           // requests that would be taken now
	Reset     time.Duration // until the whole limit is there again
}
