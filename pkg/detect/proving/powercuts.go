package proving

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// PowerCut is one fault of a power network and the calls that it brought.
type PowerCut struct {
	Point     outage.LatLng
	Calls     []outage.Minute // ascending
	FirstHour int             // calls within an hour of the first
}

// PowerCuts are the faults of a network as rows of one service. Customers' calls
// are known at steps of about 23 minutes: those of a step are spread evenly over
// it, and the first lot of a cut by an exponential distribution of mean 12 minutes
// from the time of the first call. The same seed gives the same rows.
func PowerCuts(seed uint64) ([]Row, []*PowerCut, error) {
	const name, meanFirst = "power-cuts-gb-2025-11_2026-03.csv.gz", 12
	table, err := records(name)
	if err != nil {
		return nil, nil, err
	}
	random := rand.New(rand.NewPCG(seed, 12))
	byID := map[string]*PowerCut{}
	var cuts []*PowerCut
	last := map[string]step{}
	for _, record := range table {
		now, received, err := readStep(record)
		if err != nil {
			return nil, nil, fmt.Errorf("reading %s: cut %s: %w", name, record[0], err)
		}
		cut, before := byID[record[0]], last[record[0]]
		if cut == nil {
			cut = &PowerCut{Point: now.point}
			byID[record[0]] = cut
			cuts = append(cuts, cut)
			for range now.calls {
				cut.Calls = append(cut.Calls, min(now.at, received+outage.Minute(random.ExpFloat64()*meanFirst)))
			}
		} else {
			for i := range max(0, now.calls-before.calls) {
				cut.Calls = append(cut.Calls, before.at+outage.Minute(float64(now.at-before.at)*(float64(i)+.5)/float64(now.calls-before.calls)))
			}
		}
		last[record[0]] = now
	}
	return callRows(cuts), cuts, nil
}

// step is what was known of a cut at a time.
type step struct {
	at    outage.Minute
	calls int
	point outage.LatLng
}

func readStep(record []string) (now step, received outage.Minute, err error) {
	if received, err = minuteOf(time.RFC3339, record[1]); err != nil {
		return now, 0, err
	}
	if now.at, err = minuteOf(time.RFC3339, record[2]); err != nil {
		return now, 0, err
	}
	if now.calls, err = strconv.Atoi(record[3]); err != nil {
		return now, 0, err
	}
	if now.point.Lat, err = strconv.ParseFloat(record[4], 64); err != nil {
		return now, 0, err
	}
	now.point.Lng, err = strconv.ParseFloat(record[5], 64)
	return now, received, err
}

// callRows sums calls up by minute and place, from the day the record begins.
func callRows(cuts []*PowerCut) []Row {
	first := outage.MinuteOf(time.Date(2025, 11, 4, 12, 0, 0, 0, time.UTC))
	type at struct {
		minute outage.Minute
		point  outage.LatLng
	}
	sums := map[at]int{}
	for _, cut := range cuts {
		slices.Sort(cut.Calls)
		for _, m := range cut.Calls {
			if m <= cut.Calls[0]+60 {
				cut.FirstHour++
			}
			if m >= first {
				sums[at{m, cut.Point}]++
			}
		}
	}
	rows := make([]Row, 0, len(sums))
	for key, n := range sums {
		rows = append(rows, Row{Minute: key.minute, Point: key.point, Placed: true, Reporters: n})
	}
	slices.SortFunc(rows, func(a, b Row) int {
		if a.Minute != b.Minute {
			return int(a.Minute - b.Minute)
		}
		if a.Point.Lat != b.Point.Lat {
			return sign(a.Point.Lat - b.Point.Lat)
		}
		return sign(a.Point.Lng - b.Point.Lng)
	})
	return rows
}

func sign(x float64) int {
	if x < 0 {
		return -1
	}
	return 1
}

// CutScore is how well the cuts of a span were found.
type CutScore struct {
	Large, LargeFound   int // 50 calls and more in the first hour
	Medium, MediumFound int // 20 to 49
	Delays              []float64
	Incidents, Unnamed  int // incidents, and those with fewer than five calls near
	Missed              []*PowerCut
}

// JudgeCuts scores incidents against the cuts that began within a span. A cut is
// found when an incident opens within an hour of its first call, and is near: 30
// km for a cell, 90 for a region, anywhere for a country.
func JudgeCuts(cuts []*PowerCut, found []*Found, span outage.Span) CutScore {
	var s CutScore
	for _, cut := range cuts {
		if cut.FirstHour < 20 || !span.Contains(cut.Calls[0]) {
			continue
		}
		delay := -1.
		for _, f := range found {
			after := f.Opened - cut.Calls[0]
			if after >= 0 && after <= 60 && near(f, cut.Point) && (delay < 0 || float64(after) < delay) {
				delay = float64(after)
			}
		}
		count, hit := &s.Medium, &s.MediumFound
		if cut.FirstHour >= 50 {
			count, hit = &s.Large, &s.LargeFound
		}
		*count++
		if delay >= 0 {
			*hit++
			s.Delays = append(s.Delays, delay)
		} else {
			s.Missed = append(s.Missed, cut)
		}
	}
	for _, f := range found {
		if span.Contains(f.Opened) {
			s.Incidents++
			if callsNear(cuts, f) < 5 {
				s.Unnamed++
			}
		}
	}
	return s
}

func near(f *Found, point outage.LatLng) bool {
	switch off := outage.Kilometres(f.Final.Footprint.Centroid, point); f.Final.Footprint.Scope {
	case outage.ScopeCell:
		return off <= 30
	case outage.ScopeRegion:
		return off <= 90
	}
	return true
}

// callsNear counts the calls near an incident in the hour before it opened.
func callsNear(cuts []*PowerCut, f *Found) (calls int) {
	for _, cut := range cuts {
		if cut.Calls[0] >= f.Opened || !near(f, cut.Point) {
			continue
		}
		for _, m := range cut.Calls {
			if m < f.Opened && m >= f.Opened-60 {
				calls++
			}
		}
	}
	return calls
}
