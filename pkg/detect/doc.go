// Package detect tells a real outage from ordinary noise: it compares closed
// minutes with what is normal and says when, and where, they no longer fit.
//
// It owns a Bank of cumulative sums for each service and country: for every
// node of the tree country, region, cell, and for several strengths of outage,
// the log of how much likelier the counts since some minute are under an outage
// of that strength than on an ordinary day. It also owns the threshold, which
// it learns from the noise of quiet weeks.
//
// It promises that a node without reports and without evidence costs nothing,
// that decisions depend on the minutes it is given and on nothing else, and
// that few people cannot open anything, however unusual they are.
//
// It refuses to know what is normal (package baseline does), to remember an
// incident (package incident does), and to look at a clock.
//
// The sums are those of E. S. Page, Continuous inspection schemes (1954), with
// negative binomial counts; several run side by side because the strength of an
// outage is not known beforehand.
package detect
