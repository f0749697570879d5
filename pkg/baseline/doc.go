// Package baseline knows what is normal: how many reporters a minute a service
// has, in a country and in each of its parts, at this hour of this weekday.
//
// It owns the memory of ordinary days. A Series is one service in one country:
// its level, its week in local time, the dispersion of its counts over windows of one
// minute to four hours, and how its reporters spread over places. A Pool is what all services of one country have
// in common, and stands in where a series knows too little itself.
//
// It promises that time comes only from the minutes it is given, that the same
// minutes give the same bytes, and that an outage is not learnt as normal: what
// is counted waits half an hour, and is dropped when an incident covered it or data
// were missing meanwhile. Two rules keep that safe: a young series learns
// everything, and an hour dropped two weeks running is learnt anyway.
//
// It refuses to judge. Whether a count is an outage is for package detect.
package baseline
