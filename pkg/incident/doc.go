// Package incident implements the lifecycle of incidents, their attribution, and their
// repository.
//
// A Lifecycle is one incident of a service in a country, of which there may be several:
// its state, footprint, worst ratio and severity, and the test whether it, or a region of
// it, is over. Attribution finds the service that probably failed, and Events the
// incidents that are parts of one wider event; both are pure functions of all candidates.
// A Repository stores incidents durably.
//
// An incident closes only on evidence that people stopped reporting, not on one minute
// with few reports. Its footprint is final ten minutes after opening. Its id and the time
// of its opening never change.
//
// Signals and expected counts are passed in.
package incident
