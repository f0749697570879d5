// Package proving runs the detector over simulated streams and says how well
// it did: how many outages it found and how soon, how often it was wrong, and
// whether it said the right place.
//
// It owns the scoring. It promises that a missed outage counts as never found,
// however good the others are. It refuses to tune: the table is for people.
package proving
