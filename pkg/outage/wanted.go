package outage

// Wanted is a text that people asked for on a day, because search found no service.
type Wanted struct {
	Day      string // UTC, as 2026-11-27
	Text     string // normalised
	Networks int    // that asked
}
