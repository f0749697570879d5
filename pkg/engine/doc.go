// Package engine is the detector as a whole: minutes in, incidents out. It
// combines the expected counts (baseline), the tests for excesses (detect) and the
// lifecycle of incidents (incident) for every service and country, in event time.
//
// It owns the order of these three within a minute, the places that counts are
// added to, and the rule that separates silence from missing data. Each service
// processes a minute alone; then the services of a country are attributed together.
// The live server, imports of past data and the backtest all run this package, which
// is why they agree.
//
// The same counts give the same incidents and the same bytes of state: for any number
// of workers, any order of the counts of a minute, and any point at which it was saved
// and restored.
//
// It reads no clock, and rejects counts of a minute that is over.
package engine
