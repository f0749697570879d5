package public

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The tests of this file make random worlds of few reports in few places,
// where the floor decides nearly everything, and ask each world every question
// that the public can ask.

const worlds = 15

var worldServices = []string{"whatsapp", "jio"}

// world is five quarter hours of reports, of which the last is under way.
type world struct {
	t      *testing.T
	reader *Reader
	counts memory
	spans  []outage.Span // all runs of its quarter hours
}

func eachWorld(t *testing.T, check func(world)) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 3))
	for round := range worlds {
		ok := t.Run(fmt.Sprint(round), func(t *testing.T) { check(newWorld(t, random)) })
		if !ok {
			return
		}
	}
}

func newWorld(t *testing.T, random *rand.Rand) world {
	const quarters = 5
	w := world{t: t}
	now := ten + (quarters-1)*outage.Quarter + outage.Minute(random.IntN(outage.Quarter))
	w.reader = New(Config{Hot: &w.counts, Now: func() time.Time { return now.Time().Add(30 * time.Second) }})
	for range random.IntN(150) {
		w.counts = append(w.counts, randomCount(random, now))
	}
	for range len(w.counts) / 10 { // some are taken back, and leave nothing
		at := random.IntN(len(w.counts))
		w.counts = slices.Delete(w.counts, at, at+1)
	}
	for from := range quarters {
		for to := from + 1; to <= quarters; to++ {
			w.spans = append(w.spans, outage.Span{
				From: ten + outage.Minute(from*outage.Quarter), To: ten + outage.Minute(to*outage.Quarter),
			})
		}
	}
	return w
}

func randomCount(random *rand.Rand, now outage.Minute) outage.Count {
	bases := []outage.Cell{kolkata, kolkata, west, london, 0}
	cell := bases[random.IntN(len(bases))]
	for range 3 {
		if cell != 0 {
			cell = below(cell, min(random.IntN(7), random.IntN(7), 5))
		}
	}
	minute := ten + outage.Minute(random.Int64N(int64(now-ten)+1))
	count := problems(minute, cell, 1)
	count.Service = worldServices[random.IntN(2)]
	if count.Keyed = random.Int64N(2); count.Keyed == 0 {
		count.Nodes = (outage.NodeSet(random.IntN(2*int(everyLevel))) & everyLevel).Counts(1)
	}
	_, count.District = districtOf(cell)
	switch random.IntN(8) { // no more is known than the region, or the district
	case 0:
		count.Cell, count.District = 0, ""
	case 1:
		count.Cell = 0
	}
	count.Kind = []outage.Kind{outage.Problem, outage.Problem, outage.Problem, outage.Works, outage.Back}[random.IntN(5)]
	if count.Kind == outage.Problem {
		count.Symptom = []string{"", "send", "calls", "media"}[random.IntN(4)]
	}
	return count
}

// ask runs over the questions that a world can be asked about what is where.
func (w world) ask(each func(service string, country outage.Country, span outage.Span)) {
	for _, service := range append([]string{""}, worldServices...) {
		for _, country := range append([]outage.Country{""}, outage.Countries()...) {
			for _, span := range w.spans {
				each(service, country, span)
			}
		}
	}
}

func (w world) reports(service string, country outage.Country, span outage.Span) (n int64) {
	for _, count := range w.counts {
		right := (service == "" || count.Service == service) && (country == "" || count.Country == country)
		if right && span.Contains(count.Start) && count.Kind == outage.Problem {
			n += count.N
		}
	}
	return n
}

// small is a number that would single out one or two people.
func small(n int64) bool { return n != 0 && n > -Floor && n < Floor }

func TestAnswersAddUp(t *testing.T) {
	eachWorld(t, func(w world) {
		w.ask(func(service string, country outage.Country, span outage.Span) {
			for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
				got := w.reader.mustHeatmap(w.t, service, country, resolution, span)
				sum := got.Withheld + got.Unplaced
				for _, cell := range got.Cells {
					sum += cell.Reports
				}
				if want := w.reports(service, country, span); got.Total != want || sum != want || got.Withheld < 0 {
					w.t.Errorf("%q %q %v at %d: total %d, sum %d, withheld %d; %d were made",
						service, country, span, resolution, got.Total, sum, got.Withheld, want)
				}
			}
		})
	})
}

func TestNothingShowsFewerThanTheFloor(t *testing.T) {
	eachWorld(t, func(w world) {
		check := func(n int64, what string, about ...any) {
			if small(n) {
				w.t.Errorf("%s of %v shows %d", what, about, n)
			}
		}
		w.ask(func(service string, country outage.Country, span outage.Span) {
			for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
				for _, cell := range w.reader.mustHeatmap(w.t, service, country, resolution, span).Cells {
					check(cell.Reports, "cell", cell.Cell, service, country, span)
				}
			}
			for region, n := range w.reader.mustRegions(w.t, service, country, span) {
				check(n, "region", region, service, country, span)
			}
			for district, n := range w.reader.mustPlaces(w.t, service, country, span) {
				check(n, "district", district, service, country, span)
			}
		})
		for _, region := range []outage.Region{"IN-WB", "IN-JH", "GB-TLI"} {
			for _, span := range w.spans {
				for _, point := range w.series(region, span) {
					check(point.Reports, "series", region, point.Start)
					check(point.Works, "works", region, point.Start)
					check(point.Back, "back", region, point.Start)
				}
				symptoms := w.symptoms(region, span)
				check(symptoms.Total, "total of symptoms", region, span)
				check(symptoms.Withheld, "withheld of symptoms", region, span)
				for _, item := range symptoms.Items {
					check(item.Reports, "symptom", region, span, item.Symptom)
				}
			}
		}
	})
}

func (w world) series(region outage.Region, span outage.Span) []Point {
	series, err := w.reader.Snapshot().Series(context.Background(), "whatsapp", outage.AreaOf(region), span, 5)
	if err != nil {
		w.t.Fatal(err)
	}
	return series.Points
}

func (w world) symptoms(region outage.Region, span outage.Span) Symptoms {
	symptoms, err := w.reader.Snapshot().Symptoms(context.Background(), "whatsapp", outage.AreaOf(region), span)
	if err != nil {
		w.t.Fatal(err)
	}
	return symptoms
}

// TestNoDifferenceShowsFewerThanTheFloor subtracts answers about one place
// from each other: windows within windows, one service from all, one
// resolution from a coarser one, cells from their region.
func TestNoDifferenceShowsFewerThanTheFloor(t *testing.T) {
	eachWorld(t, func(w world) {
		whole := w.spans[4] // all five quarter hours
		w.ask(func(service string, country outage.Country, span outage.Span) {
			for fine := outage.CellCoarse; fine <= outage.CellFine; fine++ {
				cells := byCell(w.reader.mustHeatmap(w.t, service, country, fine, span))
				w.apart("a window", cells, byCell(w.reader.mustHeatmap(w.t, service, country, fine, whole)), span)
				w.apart("a service", cells, byCell(w.reader.mustHeatmap(w.t, "", country, fine, span)), service)
				w.apart("a country", cells, byCell(w.reader.mustHeatmap(w.t, service, "", fine, span)), country)
				for coarse := outage.CellCoarse; coarse < fine; coarse++ {
					climbed := map[outage.Cell]int64{}
					for cell, n := range cells {
						climbed[cell.Parent(coarse)] += n
					}
					w.apart("a resolution", climbed, byCell(w.reader.mustHeatmap(w.t, service, country, coarse, span)), fine)
				}
			}
			ofCells := map[outage.Region]int64{}
			for _, cell := range w.reader.mustHeatmap(w.t, service, country, outage.CellFine, span).Cells {
				ofCells[cell.Region] += cell.Reports
			}
			regions := w.reader.mustRegions(w.t, service, country, span)
			w.districtsBetween(service, country, span, regions)
			for region := range regions {
				if small(regions[region]-ofCells[region]) || regions[region] < ofCells[region] {
					w.t.Errorf("region %s shows %d and its cells %d", region, regions[region], ofCells[region])
				}
			}
		})
		w.regionsAgree()
	})
}

// districtsBetween compares districts with the cells in them and with their regions.
func (w world) districtsBetween(service string, country outage.Country, span outage.Span, regions map[outage.Region]int64) {
	districts := w.reader.mustPlaces(w.t, service, country, span)
	ofCells := map[outage.District]int64{}
	for _, cell := range w.reader.mustHeatmap(w.t, service, country, outage.CellFine, span).Cells {
		if _, district := districtOf(cell.Cell); district != "" {
			ofCells[district] += cell.Reports
		}
	}
	rest := maps.Clone(regions)
	for district, n := range districts {
		rest[outage.Region(strings.TrimSuffix(strings.TrimSuffix(string(district), "-a"), "-b"))] -= n
	}
	for district, n := range ofCells {
		if small(districts[district]-n) || districts[district] < n {
			w.t.Errorf("district %s shows %d and its cells %d", district, districts[district], n)
		}
	}
	for region, n := range rest {
		if small(n) || n < 0 {
			w.t.Errorf("region %s shows %d, and %d outside of its districts", region, regions[region], n)
		}
	}
}

// apart compares what two answers show of the same cells, the second about at
// least as much as the first.
func (w world) apart(what string, part, all map[outage.Cell]int64, about any) {
	for cell := range all {
		if n := all[cell] - part[cell]; small(n) || n < 0 {
			w.t.Errorf("%s %v tells %d of %s apart: %d and %d", what, about, n, cell, part[cell], all[cell])
		}
	}
	for cell, n := range part {
		if n > 0 && all[cell] == 0 {
			w.t.Errorf("%s %v: %s shows %d in a part and nothing in all", what, about, cell, n)
		}
	}
}

// regionsAgree compares the three answers that tell a region's reports.
func (w world) regionsAgree() {
	for _, region := range []outage.Region{"IN-WB", "IN-JH", "GB-TLI"} {
		for _, span := range w.spans {
			table := w.reader.mustRegions(w.t, "whatsapp", region.Country(), span)[region]
			var series int64
			for _, point := range w.series(region, span) {
				series += point.Reports
			}
			if symptoms := w.symptoms(region, span).Total; table != series || table != symptoms {
				w.t.Errorf("%s in %v: the table shows %d, the series %d, the symptoms %d", region, span, table, series, symptoms)
			}
		}
	}
}

// TestPollingShowsNoSingleReport adds reports one by one to a quarter hour under
// way, asks for every number below country level after each, and once more after
// the close: no number ever moves by one or two.
func TestPollingShowsNoSingleReport(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 5))
	for range worlds {
		w := world{t: t}
		now := ten
		w.reader = New(Config{Hot: &w.counts, Now: func() time.Time { return now.Time() }})
		before := w.numbers()
		look := func() {
			after := w.numbers()
			for name := range after {
				if small(after[name] - before[name]) {
					t.Fatalf("%s went from %d to %d", name, before[name], after[name])
				}
			}
			for name := range before {
				if _, still := after[name]; !still && small(before[name]) {
					t.Fatalf("%s went from %d to nothing", name, before[name])
				}
			}
			before = after
		}
		for now = ten; now < ten+outage.Quarter; now++ {
			for range random.IntN(6) {
				count := randomCount(random, ten)
				count.Start, count.Keyed = now, 0
				w.counts = append(w.counts, count)
				look()
			}
		}
		look()
	}
}

// numbers are all numbers that can be asked for below country level.
func (w world) numbers() map[string]int64 {
	numbers := map[string]int64{}
	span := outage.Span{From: ten, To: ten + outage.Quarter}
	for _, service := range append([]string{""}, worldServices...) {
		for _, country := range append([]outage.Country{""}, outage.Countries()...) {
			for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
				for cell, n := range byCell(w.reader.mustHeatmap(w.t, service, country, resolution, span)) {
					numbers[fmt.Sprint(service, country, cell)] = n
				}
			}
			for district, n := range w.reader.mustPlaces(w.t, service, country, span) {
				numbers[fmt.Sprint(service, country, district)] = n
			}
			for region, n := range w.reader.mustRegions(w.t, service, country, span) {
				numbers[fmt.Sprint(service, country, region)] = n
			}
		}
	}
	for _, region := range []outage.Region{"IN-WB", "IN-JH", "GB-TLI"} {
		for _, point := range w.series(region, span) {
			numbers[fmt.Sprint("works", region)], numbers[fmt.Sprint("back", region)] = point.Works, point.Back
		}
	}
	return numbers
}
