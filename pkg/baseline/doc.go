// Package baseline estimates the expected counts: how many reporters a minute a service
// has, in a country and in each of its parts, at each hour of the local week.
//
// A Series is one service in one country: its level, its weekly seasonality in local
// time, the dispersion of its counts over windows of one minute to four hours, and the
// shares of its places. A Pool is the prior that the services of one country share, for
// series with little data.
//
// Time comes only from the minutes that are passed in, and the same minutes give the same
// bytes of state. An outage is not learnt as normal: counts wait half an hour, and are
// dropped when an incident covered them or data were missing in that time. Two exceptions
// prevent a wrong normal from lasting: a young series learns without clipping, and an hour
// dropped in two consecutive weeks is learnt anyway.
//
// Whether a count is an outage is decided by package detect.
package baseline
