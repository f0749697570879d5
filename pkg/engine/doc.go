// Package engine is the detector as a whole: minutes in, incidents out. It
// composes what is normal (baseline), what is not (detect) and what became of
// it (incident) for every service and country, in one run of event time.
//
// It owns the order of these three within a minute, the places that counts are
// added to, and the rule that tells silence from missing data. Each service
// decides on a minute alone; then those of a country are looked at together. The live server,
// imports of the past and the backtest all run this package, which is why they
// agree.
//
// It promises that the same counts give the same incidents and the same bytes
// of state: however many workers share the work, in whatever order the counts
// of a minute come, and wherever it was saved and restored in between.
//
// It refuses wall time, and counts of a minute that is over.
package engine
