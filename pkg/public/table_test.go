package public

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// TestPublicTable holds a closed quarter hour to the rule of the floor: what a
// cell, each of its parents, the region and the answer as a whole show.
func TestPublicTable(t *testing.T) {
	// Three children of one cell of resolution 5, and a far cell of the same region.
	a, b, c := below(kolkata, 0, 0, 0), below(kolkata, 0, 0, 1), below(kolkata, 0, 0, 2)
	far := below(kolkata, 3, 0, 0)
	// Across the region's border, in the same cell of resolution 3.
	abroad := below(kolkata, 5, 0, 0)
	type shown = map[outage.Cell]int64
	cases := map[string]struct {
		reports  map[outage.Cell]int64
		at       map[int]shown // by resolution
		regions  map[outage.Region]int64
		withheld [4]int64 // at resolutions 3, 4, 5, 6
		unplaced int64
	}{
		"nobody": {},
		"country only": {
			reports: shown{0: 2}, unplaced: 2,
		},
		"one report in a village": {
			reports: shown{a: 1}, withheld: [4]int64{1, 1, 1, 1},
		},
		"two and two in sibling cells": {
			reports: shown{a: 2, b: 2}, withheld: [4]int64{0, 0, 0, 4},
			at:      map[int]shown{5: {a.Parent(5): 4}, 4: {a.Parent(4): 4}, 3: {kolkata: 4}},
			regions: map[outage.Region]int64{"IN-WB": 4},
		},
		"three and two": {
			reports: shown{a: 3, b: 2}, withheld: [4]int64{2, 2, 2, 2},
			at:      map[int]shown{6: {a: 3}, 5: {a.Parent(5): 3}, 4: {a.Parent(4): 3}, 3: {kolkata: 3}},
			regions: map[outage.Region]int64{"IN-WB": 3},
		},
		"three, two and one": {
			reports: shown{a: 3, b: 2, c: 1}, withheld: [4]int64{0, 0, 0, 3},
			at:      map[int]shown{6: {a: 3}, 5: {a.Parent(5): 6}, 4: {a.Parent(4): 6}, 3: {kolkata: 6}},
			regions: map[outage.Region]int64{"IN-WB": 6},
		},
		"what two places leave over meets at resolution 3": {
			reports: shown{a: 5, b: 2, far: 1}, withheld: [4]int64{0, 3, 3, 3},
			at:      map[int]shown{6: {a: 5}, 5: {a.Parent(5): 5}, 4: {a.Parent(4): 5}, 3: {kolkata: 8}},
			regions: map[outage.Region]int64{"IN-WB": 8},
		},
		"a border keeps what is left over apart": {
			reports: shown{a: 2, abroad: 2}, withheld: [4]int64{4, 4, 4, 4},
		},
		"a coarse cell on a border is the sum of both sides": {
			reports: shown{a: 4, abroad: 3},
			at: map[int]shown{
				6: {a: 4, abroad: 3}, 5: {a.Parent(5): 4, abroad.Parent(5): 3},
				4: {a.Parent(4): 4, abroad.Parent(4): 3}, 3: {kolkata: 7},
			},
			regions: map[outage.Region]int64{"IN-WB": 4, "IN-JH": 3},
		},
		"cells that meet only in their region": {
			reports: shown{below(kolkata, 5, 0, 0): 2, below(west, 0, 0, 0): 1}, withheld: [4]int64{3, 3, 3, 3},
			regions: map[outage.Region]int64{"IN-JH": 3},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var counts []outage.Count
			var total int64
			for cell, n := range c.reports {
				counts = append(counts, problems(ten+3, cell, n))
				total += n
			}
			r := readAt(ten+20, counts...)
			span := outage.Span{From: ten, To: ten + 15}
			for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
				got := r.mustHeatmap(t, "whatsapp", countrytest.IN, resolution, span)
				if want := c.at[resolution]; !maps.Equal(byCell(got), want) {
					t.Errorf("resolution %d shows %v, want %v", resolution, byCell(got), want)
				}
				if want := c.withheld[resolution-3]; got.Total != total || got.Withheld != want || got.Unplaced != c.unplaced {
					t.Errorf("resolution %d: total %d, withheld %d, unplaced %d; want %d, %d, %d",
						resolution, got.Total, got.Withheld, got.Unplaced, total, want, c.unplaced)
				}
			}
			if got := r.mustRegions(t, "whatsapp", countrytest.IN, span); !maps.Equal(got, c.regions) {
				t.Errorf("regions show %v, want %v", got, c.regions)
			}
		})
	}
}

// TestNodesOfOneNetwork holds reports back that may all be of one person, however
// many they are, wherever the next network is.
func TestNodesOfOneNetwork(t *testing.T) {
	a, b := below(kolkata, 0, 0, 0), below(kolkata, 0, 0, 1)
	// counts of networks by level, from resolution 6 to the region
	one := func(cell outage.Cell, n int64, networks ...int64) outage.Count {
		count := live(ten+3, cell, n)
		count.Nodes = outage.NodeCounts(append(networks, 0)) // no district is known
		return count
	}
	type shown = map[outage.Cell]int64
	for name, c := range map[string]struct {
		counts []outage.Count
		open   map[int]shown // by resolution, 0 for the region
		closed map[int]shown
	}{
		"five of one network": {counts: []outage.Count{one(a, 5, 1, 1, 1, 1, 1)}},
		"five of two networks": {
			counts: []outage.Count{one(a, 5, 2, 2, 2, 2, 2)},
			open:   map[int]shown{6: {a: 3}, 5: {a.Parent(5): 3}, 3: {kolkata: 3}, 0: {0: 3}},
			closed: map[int]shown{6: {a: 3}, 5: {a.Parent(5): 3}, 3: {kolkata: 3}, 0: {0: 3}},
		},
		"two cells of one network each meet in their parent": {
			counts: []outage.Count{one(a, 4, 1, 1, 1, 1, 1), one(b, 4, 1, 1, 1, 1, 1)},
			open:   map[int]shown{5: {a.Parent(5): 3}, 3: {kolkata: 3}, 0: {0: 3}},
			closed: map[int]shown{5: {a.Parent(5): 8}, 3: {kolkata: 8}, 0: {0: 8}},
		},
		"two cells of the same network": {
			counts: []outage.Count{one(a, 4, 1, 1, 1, 1, 1), one(b, 4, 1, 0, 0, 0, 0)},
		},
		"a second network far away in the region": {
			counts: []outage.Count{one(a, 7, 1, 1, 1, 1, 1), one(below(kolkata, 3, 0, 0), 1, 1, 1, 1, 0, 1)},
			open:   map[int]shown{0: {0: 3}},
			closed: map[int]shown{0: {0: 8}},
		},
		"an importer's reports beside one network": {
			counts: []outage.Count{one(a, 6, 1, 1, 1, 1, 1), problems(ten+4, a, 1)},
			open:   map[int]shown{6: {a: 3}, 5: {a.Parent(5): 3}, 3: {kolkata: 3}, 0: {0: 3}},
			closed: map[int]shown{6: {a: 7}, 5: {a.Parent(5): 7}, 3: {kolkata: 7}, 0: {0: 7}},
		},
	} {
		for when, want := range map[outage.Minute]map[int]shown{ten + 5: c.open, ten + 20: c.closed} {
			r, span := readAt(when, c.counts...), outage.Span{From: ten, To: ten + outage.Quarter}
			for _, resolution := range []int{6, 5, 3} {
				if got := byCell(r.mustHeatmap(t, "whatsapp", countrytest.IN, resolution, span)); !maps.Equal(got, want[resolution]) {
					t.Errorf("%s, after %d minutes, resolution %d: %v, want %v", name, when-ten, resolution, got, want[resolution])
				}
			}
			if got := r.mustRegions(t, "whatsapp", countrytest.IN, span)["IN-WB"]; got != want[0][0] {
				t.Errorf("%s, after %d minutes: the region shows %d, want %d", name, when-ten, got, want[0][0])
			}
		}
	}
}

func TestWindowsSnapToQuarterHours(t *testing.T) {
	a := below(kolkata, 0, 0, 0)
	r := readAt(ten+60, problems(ten-1, a, 10), problems(ten, a, 3), problems(ten+16, a, 4), problems(ten+30, a, 10))
	got := r.mustHeatmap(t, "whatsapp", countrytest.IN, 6, outage.Span{From: ten + 7, To: ten + 20})
	if want := (outage.Span{From: ten, To: ten + 30}); got.Span != want {
		t.Errorf("10:07 to 10:20 is answered for %v, want 10:00 to 10:30", got.Span)
	}
	if got.Total != 7 || byCell(got)[a] != 7 {
		t.Errorf("total %d, cells %v; want the 3 and the 4", got.Total, byCell(got))
	}
}

// TestSmallQuartersDoNotAddUp is why the table is by quarter hour: a window is
// a sum of what each of its quarter hours shows, however long it is.
func TestSmallQuartersDoNotAddUp(t *testing.T) {
	a := below(kolkata, 0, 0, 0)
	r := readAt(ten+60, problems(ten, a, 2), problems(ten+15, a, 2), problems(ten+30, a, 3))
	got := r.mustHeatmap(t, "whatsapp", countrytest.IN, 6, outage.Span{From: ten, To: ten + 45})
	if got.Total != 7 || got.Withheld != 4 || byCell(got)[a] != 3 {
		t.Errorf("total %d, withheld %d, cells %v; want 7, 4 and the 3", got.Total, got.Withheld, byCell(got))
	}
}

// TestLiveReportsOfAClosedQuarter holds what reports that came as they were made
// show at the close: never one or two more than while the quarter hour was open.
func TestLiveReportsOfAClosedQuarter(t *testing.T) {
	a, b := below(kolkata, 0, 0, 0), below(kolkata, 0, 0, 1)
	for _, c := range []struct {
		a, b               int64
		opens, opensParent int64
		ends, endsParent   int64
	}{
		{2, 0, 0, 0, 0, 0},
		{3, 0, 3, 3, 3, 3},
		{4, 0, 3, 3, 3, 3},
		{5, 0, 3, 3, 3, 3},
		{5, 1, 3, 3, 3, 6}, // two and one make three for their parent
		{2, 2, 0, 0, 0, 4},
		{6, 0, 3, 3, 6, 6},
		{8, 0, 3, 3, 8, 8},
		{9, 2, 6, 6, 9, 9},
		{200, 0, 195, 195, 200, 200},
	} {
		counts := []outage.Count{live(ten+1, a, c.a), live(ten+2, b, c.b)}
		span := outage.Span{From: ten, To: ten + outage.Quarter}
		shown := func(now outage.Minute, resolution int, cell outage.Cell) int64 {
			return byCell(readAt(now, counts...).mustHeatmap(t, "whatsapp", countrytest.IN, resolution, span))[cell]
		}
		for _, is := range []struct {
			what      string
			got, want int64
		}{
			{"cell while open", shown(ten+3, 6, a), c.opens},
			{"parent while open", shown(ten+3, 5, a.Parent(5)), c.opensParent},
			{"cell at the end", shown(ten+15, 6, a), c.ends},
			{"parent at the end", shown(ten+15, 5, a.Parent(5)), c.endsParent},
		} {
			if is.got != is.want {
				t.Errorf("%d and %d: %s shows %d, want %d", c.a, c.b, is.what, is.got, is.want)
			}
		}
	}
}

// TestClockAhead reads counts of the next quarter hour, which another server
// with a faster clock has begun.
func TestClockAhead(t *testing.T) {
	a := below(kolkata, 0, 0, 0)
	counts := memory{problems(ten+14, a, 4), problems(ten+15, a, 5)}
	r := New(Config{Hot: counts, Now: func() time.Time { return (ten + 14).Time().Add(59 * time.Second) }})
	got := r.mustHeatmap(t, "whatsapp", countrytest.IN, 6, outage.Span{From: ten, To: ten + 30})
	if got.Total != 9 || byCell(got)[a] != 6 || got.Withheld != 3 {
		t.Errorf("total %d, cells %v, withheld %d; want 9, the floor of each quarter hour, and 3", got.Total, byCell(got), got.Withheld)
	}
}

func TestSymptoms(t *testing.T) {
	a := below(kolkata, 0, 0, 0)
	named := func(symptom string, n int64) outage.Count {
		count := problems(ten, a, n)
		count.Symptom = symptom
		return count
	}
	cases := map[string]struct {
		counts   []outage.Count
		region   outage.Region
		total    int64
		withheld int64
		items    map[string]int64
	}{
		"a country": {
			counts: []outage.Count{named("send", 4), named("calls", 2), named("", 3)},
			total:  9, withheld: 2, items: map[string]int64{"send": 4, "": 3},
		},
		"a region withholds another so that the rest is not told": {
			counts: []outage.Count{named("send", 4), named("calls", 2), named("media", 3)}, region: "IN-WB",
			total: 9, withheld: 6, items: map[string]int64{"media": 3},
		},
		"a region where all can be told": {
			counts: []outage.Count{named("send", 4), named("calls", 3)}, region: "IN-WB",
			total: 7, items: map[string]int64{"send": 4, "calls": 3},
		},
		"another region": {counts: []outage.Count{named("send", 4)}, region: "IN-JH"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := readAt(ten+20, c.counts...)
			got, err := r.Snapshot().Symptoms(context.Background(), "whatsapp", outage.Area{Country: countrytest.IN, Region: c.region}, outage.Span{From: ten, To: ten + 15})
			if err != nil {
				t.Fatal(err)
			}
			items, shares := map[string]int64{}, 0.0
			for _, item := range got.Items {
				items[item.Symptom] = item.Reports
				shares += item.Share
			}
			if got.Total != c.total || got.Withheld != c.withheld {
				t.Errorf("total %d, withheld %d; want %d, %d", got.Total, got.Withheld, c.total, c.withheld)
			}
			if !maps.Equal(items, c.items) {
				t.Errorf("items are %v, want %v", items, c.items)
			}
			if shares > 1.0001 {
				t.Errorf("the shares add up to %v", shares)
			}
		})
	}
}
