package proving

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
)

var realWorlds = flag.Bool("real", false, "run the table of real data")

// TestReal prints the table of real data, for people.
func TestReal(t *testing.T) {
	if !*realWorlds {
		t.Skip("the table takes minutes: make bench-real")
	}
	t.Run("bursty", func(t *testing.T) { burstyTable(t) })
	t.Run("cuts", func(t *testing.T) { cutsTable(t) })
	t.Run("reports", func(t *testing.T) { reportsTable(t) })
}

// reportsTable prints how many of the local bursts are found in the reports on a provider.
func reportsTable(t *testing.T) {
	reports, found := playSpectrum(t)
	bursts, opened := localBursts(), 0
	for _, burst := range bursts {
		if opensIn(found, reports.Regions[burst.state], burst.span) {
			opened++
		}
	}
	fmt.Printf("| reports on a provider, test (second week) | local bursts %d of %d | incidents %d |\n", opened, len(bursts), len(found))
}

func newEngine(t *testing.T, alertFrom outage.Minute) (*engine.Engine, *cell.Geography) {
	t.Helper()
	geography := celltest.Geography(t)
	config := engine.DefaultConfig(geography)
	config.AlertFrom = alertFrom
	return engine.New(config), geography
}

func cutsTable(t *testing.T) {
	rows, cuts, err := PowerCuts(1)
	if err != nil {
		t.Fatal(err)
	}
	alertFrom := rows[0].Minute + 28*1440
	e, geography := newEngine(t, alertFrom)
	began := time.Now()
	found, err := Play(e, "ukpn", countrytest.GB, cellOf(geography, countrytest.GB), rows)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows, %d incidents, %v", len(rows), len(found), time.Since(began))
	middle := outage.MinuteOf(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC))
	for _, part := range []struct {
		name string
		span outage.Span
	}{
		{"training (December, January)", outage.Span{From: alertFrom, To: middle}},
		{"test (February, March)", outage.Span{From: middle, To: rows[len(rows)-1].Minute}},
	} {
		s := JudgeCuts(cuts, found, part.span)
		fmt.Printf("| power cuts, %s | 50+ %.3f (%d) | 20-49 %.3f (%d) | delay %.0f | incidents %d, without five calls near %.3f |\n", part.name,
			float64(s.LargeFound)/float64(s.Large), s.Large, float64(s.MediumFound)/float64(s.Medium), s.Medium,
			Quantile(s.Delays, .5), s.Incidents, float64(s.Unnamed)/float64(max(1, s.Incidents)))
		if *verbose {
			for _, cut := range s.Missed {
				t.Logf("missed %s %v %d", cut.Calls[0].Time().Format("01-02T15:04"), cut.Point, cut.FirstHour)
			}
		}
	}
}

func burstyTable(t *testing.T) {
	const training = 2 // of the streams
	var results []burstyResult
	for _, name := range BurstyNames {
		results = append(results, playBursty(t, name))
	}
	for _, part := range []struct {
		name    string
		results []burstyResult
	}{{"training", results[:training]}, {"test", results[training:]}, {"all", results}} {
		var sum burstyResult
		line := ""
		for _, r := range part.results {
			line += fmt.Sprintf(" %s %.0f (%d)", r.name, Scaled(r.raw, r.windows), r.openings)
			sum.raw, sum.windows, sum.weeks, sum.openings = sum.raw+r.raw, sum.windows+r.windows, sum.weeks+r.weeks, sum.openings+r.openings
		}
		fmt.Printf("| bursty streams, %s | score %.1f | openings a week %.2f |%s |\n", part.name, Scaled(sum.raw, sum.windows), float64(sum.openings)/sum.weeks, line)
	}
}

// burstyResult is how the detector did on a stream.
type burstyResult struct {
	name              string
	raw, weeks        float64
	windows, openings int
}

func playBursty(t *testing.T, name string) burstyResult {
	t.Helper()
	s, err := Bursty(name)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := newEngine(t, s.Times[0]+63*60)
	found, err := Play(e, "stream", countrytest.GB, func(Row) outage.Cell { return 0 }, s.Rows())
	if err != nil {
		t.Fatal(err)
	}
	var opened []outage.Minute
	for _, f := range found {
		opened = append(opened, f.Opened)
	}
	return burstyResult{name: name, raw: s.Raw(opened), weeks: s.Weeks(), windows: len(s.Windows), openings: len(found)}
}
