package outage

import "time"

// Minute is a UTC minute: the number of whole minutes since 1970-01-01. It is
// the unit in which reports are counted and in which detector state advances.
type Minute int64

// Quarter is the length, in minutes, of the aligned buckets in which counts
// below country level are shown.
const Quarter = 15

// MinuteOf is the minute that contains t.
func MinuteOf(t time.Time) Minute {
	seconds := t.Unix()
	minute := seconds / 60
	if seconds%60 < 0 {
		minute--
	}
	return Minute(minute)
}

// Time is the first instant of the minute, in UTC.
func (m Minute) Time() time.Time { return time.Unix(int64(m)*60, 0).UTC() }

// Floor is the start of the aligned bucket of the given number of minutes that
// contains m.
func (m Minute) Floor(step int) Minute {
	rest := int64(m) % int64(step)
	if rest < 0 {
		rest += int64(step)
	}
	return m - Minute(rest)
}

// Ceil is m where a bucket of the given number of minutes starts at m, else
// the start of the next one.
func (m Minute) Ceil(step int) Minute {
	floor := m.Floor(step)
	if floor == m {
		return m
	}
	return floor + Minute(step)
}

// Span is a half-open stretch of minutes: From is inside, To is not.
type Span struct{ From, To Minute }

// Contains reports whether m lies in the span.
func (s Span) Contains(m Minute) bool { return s.From <= m && m < s.To }

// Snap widens the span to whole buckets of the given number of minutes.
func (s Span) Snap(step int) Span { return Span{From: s.From.Floor(step), To: s.To.Ceil(step)} }
