// Package suppression applies the minimum count of the public table: primary cell suppression
// with aggregation to the parent.
//
// Below country level there is one fixed table of aligned quarter hours. A count under the
// minimum, or of a place with too few networks, moves to the parent of its place until it can
// be shown: from cells of resolution 6 to those of 3, or from a district, to the region. What
// reaches the country is in no row.
//
// It owns that rule, which the counts of the hot window (public) and those of the archive go
// through alike, so that both show the same. It promises that each sum over rows of the table
// is 0, or the minimum or more, and that no two answers about one place differ by less,
// whenever they were asked for. It reads no clock and does no I/O.
package suppression
