// Package incident turns signals into incidents: opened, localised, watched
// while they last, resolved, and reopened when they come back at once.
//
// It owns the life of the one incident that a service can have in a country at
// a time: its state, its footprint, how bad it got, and the evidence that it, or
// a region of it, is over. It owns severity, the verdict on who is probably not
// to blame, and what belongs to one wider event; these two are pure functions
// of all that rose.
//
// It promises that entering is early and leaving late: an incident closes only
// on evidence that people stopped reporting, not on one calm minute; that its
// footprint stays what it was ten minutes after opening, because the news of an
// outage spreads further than the outage; and that its id and first instant
// never change.
//
// It refuses to detect and to know what is normal: it is told both.
package incident
