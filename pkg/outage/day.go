package outage

// Hours is the number of hours in a Day.
const Hours = 24

// Day is the reports of each hour of the last day, oldest first. The hours end
// with the five minutes that run, rather than with the clock.
type Day [Hours]int64

// DayStep is the step, in minutes, in which a Day moves on.
const DayStep = 5

// DayOf is the stretch of the Day at a minute.
func DayOf(now Minute) Span {
	end := (now + 1).Ceil(DayStep)
	return Span{From: end - Hours*60, To: end}
}

// Total is the reports of the whole day.
func (d Day) Total() (total int64) {
	for _, n := range d {
		total += n
	}
	return total
}
