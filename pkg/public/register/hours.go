package register

import (
	"cmp"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Level is the size of the places that hours are counted for.
type Level string

// The levels.
const (
	LevelCountry  Level = "country"
	LevelRegion   Level = "region"
	LevelDistrict Level = "district"
)

// Hours is how long a service had an incident in a place.
type Hours struct {
	Country   outage.Country
	Place     string // a code of the level: of the country, of a region, of a district
	Service   string
	Incidents int
	Duration  time.Duration // of the union of the incidents
}

// HoursOf adds up rows by place and service within a span of time, ordered by
// duration, the longest first. Incidents that overlap count once; one that was
// merged into another is counted with its own places and time.
func HoursOf(rows []Row, level Level, from, to time.Time) []Hours {
	type key struct {
		country        outage.Country
		place, service string
	}
	type interval struct{ from, to time.Time }
	stretches := map[key][]interval{}
	for _, row := range rows {
		start, end := later(row.Start, from), earlier(row.endOr(to), to)
		if !start.Before(end) {
			continue
		}
		for _, place := range row.places(level) {
			k := key{row.Country, place, row.Service}
			stretches[k] = append(stretches[k], interval{start, end})
		}
	}
	var all []Hours
	for k, list := range stretches {
		slices.SortFunc(list, func(a, b interval) int { return a.from.Compare(b.from) })
		hours := Hours{Country: k.country, Place: k.place, Service: k.service, Incidents: len(list)}
		covered := from
		for _, stretch := range list {
			if begin := later(stretch.from, covered); begin.Before(stretch.to) {
				hours.Duration += stretch.to.Sub(begin)
				covered = stretch.to
			}
		}
		all = append(all, hours)
	}
	slices.SortFunc(all, func(a, b Hours) int {
		return cmp.Or(cmp.Compare(b.Duration, a.Duration), cmp.Compare(a.Country, b.Country), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Service, b.Service))
	})
	return all
}

// places are the codes of the places of a row at a level.
func (r Row) places(level Level) []string {
	switch level {
	case LevelRegion:
		return texts(r.Regions)
	case LevelDistrict:
		return texts(r.Districts)
	default:
		return []string{string(r.Country)}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
