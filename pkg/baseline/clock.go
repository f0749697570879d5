package baseline

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The local week in slots of an hour, Monday first.
const (
	slots        = 168
	hours        = 24
	weekdays     = 7
	minutesADay  = 1440
	minutesAHour = 60
)

// LocalTime is a minute in the time zone of a country, so that seasonality stays in its
// slot when the clocks change.
type LocalTime struct {
	Minute  outage.Minute
	Slot    int  // hour of the local week, 0 to 167, Monday 00:00 first
	Past    int  // minutes since the local hour began
	Day     int  // number of the local day, counted from 1970
	Week    int  // number of the local week, counted from 1970
	Holiday bool // the local day is a public holiday
}

// Hour is the hour of the local day, 0 to 23.
func (m LocalTime) Hour() int { return m.Slot % hours }

// Weekday is the day of the local week, Monday is 0.
func (m LocalTime) Weekday() int { return m.Slot / hours }

// sunday is the slot of the same hour on a Sunday.
func sunday(slot int) int { return slots - hours + slot%hours }

// LocalTimeOf is the given minute in the zone of most people of the given country.
func LocalTimeOf(country outage.Country, minute outage.Minute) LocalTime {
	return localTimeIn(country, country.Zone(), minute)
}

// LocalTimeIn is the given minute in the zone of the given region.
func LocalTimeIn(region outage.Region, minute outage.Minute) LocalTime {
	return localTimeIn(region.Country(), region.Zone(), minute)
}

func localTimeIn(country outage.Country, zone *time.Location, minute outage.Minute) LocalTime {
	_, offset := minute.Time().In(zone).Zone()
	local := int(minute) + offset/60
	day := floorDiv(local, minutesADay)
	inDay := local - day*minutesADay
	const thursday = 3 // 1970-01-01
	week := floorDiv(day+thursday, weekdays)
	weekday := day + thursday - week*weekdays
	return LocalTime{
		Minute: minute,
		Slot:   weekday*hours + inDay/minutesAHour,
		Past:   inDay % minutesAHour,
		Day:    day,
		Week:   week,

		Holiday: country.Holiday(day),
	}
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
