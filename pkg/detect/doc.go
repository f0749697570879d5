// Package detect tests closed minutes against the normal, and finds where and when
// an anomaly began.
//
// It owns the charts of each service and country: negative binomial CUSUMs (E. S.
// Page, Continuous inspection schemes, 1954) for every node of the tree country,
// region, cell, one for each of several multiples of the normal, because the
// strength of an outage is not known beforehand. It also owns the thresholds: the
// evidence of an excursion as a whole at the dispersion of its own length, and for a
// country the largest excursions of the last three weeks. It localises an anomaly by
// the expectation-based Poisson scan statistic (Neill 2009).
//
// It guarantees that a node without reports and without evidence costs nothing,
// that decisions depend only on the minutes passed in, and that a few people cannot
// open an incident, however unusual their reports are.
//
// It does not estimate the normal (package baseline does), keep incidents (package
// incident does), or read a clock.
package detect
