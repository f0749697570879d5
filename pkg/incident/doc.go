// Package incident turns signals into incidents: opened, localised, watched
// while they last, resolved, and reopened when they come back at once.
//
// It owns the lifecycle of an incident, of which a service may have several in a
// country: its state, its footprint, its worst ratio, and the evidence that it, or
// a region of it, is over. It owns severity, the attribution of an incident to the
// service that probably failed, and which incidents are parts of one wider event;
// these two are pure functions of all candidates.
//
// It guarantees that an incident closes only on evidence that people stopped
// reporting, not on one calm minute; that its footprint stays what it was ten minutes
// after opening; and that its id and first instant never change.
//
// It does not detect, and does not estimate the normal: both are passed in.
package incident
