// Package simulate makes report streams whose truth is known: ordinary days of
// services in the covered countries, and what happens to them.
//
// It owns the assumptions, and states them beside the numbers: seasons in local
// time, how counts vary, growth, surges, abuse, gaps, a holiday, and outages of
// every size and shape. It promises that a seed and an index give the same
// minutes, and that what the stream holds and what the truth says come from the
// same numbers.
//
// It refuses to be taken for history: nothing here happened, and a detector
// that does well here has still to do well on real reports.
package simulate
