package scenario

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

var update = flag.Bool("update", false, "write golden files anew")

const golden = "testdata/whatsapp-2025-02-28-1515.csv"

// The first minutes of an outage, to the byte: a change of any draw shows.
func TestGolden(t *testing.T) {
	options := setting()
	options.Span = outage.Span{From: minute(t, "2025-02-28 15:10"), To: minute(t, "2025-02-28 15:14")}
	got := text(t, played(t, load(t, "whatsapp-2025-02-28"), options))
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the rows are not those of %s:\n%s", golden, got)
	}
}

func TestRowsAreTheSameTwice(t *testing.T) {
	options := setting()
	options.Span = hours(t, "2025-02-28 12:00", 6)
	script := load(t, "whatsapp-2025-02-28")
	first := played(t, script, options)
	options.Services, options.Places = slices.Clone(listed), slices.Clone(towns)
	slices.Reverse(options.Services)
	slices.Reverse(options.Places)
	if text(t, first) != text(t, played(t, script, options)) {
		t.Error("the order of services and places changes the rows")
	}
	options.Seed = 1
	if text(t, first) == text(t, played(t, script, options)) {
		t.Error("another seed gives the same rows")
	}
}

func TestRowsAreInOrderAndEachOfItsKind(t *testing.T) {
	options := setting()
	options.Span = hours(t, "2025-02-28 14:00", 3)
	rows := played(t, load(t, "whatsapp-2025-02-28"), options)
	seen := map[string]bool{}
	before := Row{}
	for _, row := range rows {
		if order := cmp.Or(cmp.Compare(row.Minute, before.Minute), cmp.Compare(row.Service, before.Service),
			cmp.Compare(row.Country, before.Country)); order < 0 {
			t.Fatalf("%+v comes after %+v", row, before)
		}
		before = row
		if row.N < 1 || row.Reporters < 1 || row.Reporters > row.N || !row.Placed {
			t.Fatalf("row %+v", row)
		}
		if key := string(row.key()); seen[key] {
			t.Fatalf("two rows of %s", key)
		} else {
			seen[key] = true
		}
	}
}

// A part of a script is the same as that part of the whole, so a replay may
// begin anywhere.
func TestAPartIsAsInTheWhole(t *testing.T) {
	script := load(t, "whatsapp-2025-02-28")
	options := setting()
	options.Span = hours(t, "2025-02-28 14:00", 3)
	whole := played(t, script, options)
	options.Span = hours(t, "2025-02-28 15:00", 1)
	part := played(t, script, options)
	cut := slices.DeleteFunc(whole, func(row Row) bool { return !options.Span.Contains(row.Minute) })
	if text(t, part) != text(t, cut) {
		t.Error("the part differs")
	}
}

func TestShiftByWeeksMovesEveryRow(t *testing.T) {
	script := load(t, "whatsapp-2025-02-28")
	options := setting()
	options.Span = hours(t, "2025-02-28 14:00", 3)
	plain := played(t, script, options)
	const weeks = 3 * 7 * 24 * 60 // to 21 March, before the clocks change
	options.Shift = weeks * time.Minute
	options.Span = hours(t, "2025-03-21 14:00", 3)
	moved := played(t, script, options)
	for i := range plain {
		plain[i].Minute += weeks
	}
	if text(t, plain) != text(t, moved) {
		t.Error("a shift by three weeks changes more than the time")
	}
}

// By hours, the wave keeps its course and the ordinary days follow the clock.
func TestShiftByHoursKeepsTheWave(t *testing.T) {
	script := load(t, "whatsapp-2025-02-28")
	options := setting()
	night := time.Date(2026, 7, 4, 2, 30, 0, 0, time.UTC)
	options.Shift = script.ShiftTo(night)
	from := outage.MinuteOf(night)
	options.Span = outage.Span{From: from - 120, To: from + 120}
	rows := played(t, script, options)
	worst := outage.Span{From: from + 18, To: from + 33} // 15:30 to 15:45 on the day
	if n := sum(rows, "whatsapp", countrytest.GB, worst); n < 60000 || n > 65000 {
		t.Errorf("the worst quarter of an hour has %d reports", n)
	}
	before := outage.Span{From: from - 120, To: from}
	night2, day := sum(rows, "facebook", countrytest.GB, before), sum(rows, "facebook", countrytest.IN, before)
	if night2 >= day { // 02:30 in London, 08:00 in Kolkata, and London reports more by day
		t.Errorf("facebook has %d reports by night and %d by day", night2, day)
	}
}

func TestBudget(t *testing.T) {
	if testing.Short() {
		t.Skip("plays four weeks of 120 services")
	}
	options := setting()
	for i := range 120 {
		options.Services = append(slices.Clone(options.Services), outage.Service{Slug: fmt.Sprintf("service-%d", i), Category: "mobile"})
	}
	const most = 1_500_000
	for _, name := range Names() {
		script := load(t, name)
		if script.Began-script.Span.From < 28*24*60 {
			t.Errorf("%s has less than four weeks of ordinary days", name)
		}
		due := 0.
		for i := range script.Waves {
			due += script.Waves[i].total()
		}
		if due > most/2 {
			t.Errorf("the waves of %s have %.0f reports", name, due)
		}
	}
	n, first := 0, outage.Minute(0)
	script := load(t, "meta-2024-12-11") // the one with the most
	err := Play(script, options, func(row Row) error {
		if first == 0 {
			first = row.Minute
		}
		n += row.N
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n > most || n < most/2 {
		t.Errorf("%d reports in all", n)
	}
	if first-script.Span.From > 5 {
		t.Errorf("the first row comes %d minutes late, and the warm-up counts from it", first-script.Span.From)
	}
}

func TestPlayRefuses(t *testing.T) {
	script := load(t, "whatsapp-2025-02-28")
	for name, test := range map[string]struct {
		change func(*Options)
		field  string
	}{
		"half a minute":    {func(o *Options) { o.Shift = 30 * time.Second }, "shift"},
		"no places":        {func(o *Options) { o.Places = nil }, "places"},
		"no Indian places": {func(o *Options) { o.Places = towns[:7] }, "places"},
		"no named city":    {func(o *Options) { o.Places = towns[1:] }, "places"},
		"no such service":  {func(o *Options) { o.Services = listed[1:] }, "services"},
		"not in the country": {func(o *Options) {
			o.Services = slices.Clone(listed)
			o.Services[0].Country = []outage.Country{countrytest.GB}
		}, "services"},
	} {
		options := setting()
		test.change(&options)
		err := Play(script, options, func(Row) error { t.Fatal(name + ": a row came"); return nil })
		if known := outage.AsError(err); known == nil || known.Field != test.field {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestErrorOfTheCallerStopsThePlay(t *testing.T) {
	enough := errors.New("enough")
	n := 0
	err := Play(Ordinary(hours(t, "2025-01-01 00:00", 24), 1), setting(), func(Row) error {
		n++
		return enough
	})
	if !errors.Is(err, enough) || n != 1 {
		t.Errorf("%d rows and error %v", n, err)
	}
}

func TestOrdinaryDaysHaveNoWave(t *testing.T) {
	span := hours(t, "2025-05-05 00:00", 24)
	rows := played(t, Ordinary(span, 7), setting())
	if n := sum(rows, "whatsapp", countrytest.GB, span); n < 1200 || n > 2300 {
		t.Errorf("whatsapp in GB has %d reports in a day", n)
	}
	if strings.Contains(text(t, rows), "2025-05-06") {
		t.Error("the play goes on")
	}
}
