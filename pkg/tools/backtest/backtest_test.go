package backtest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/scenario/simulate"
)

// simulated is a world of a few services as rows, and its truth.
func simulated(t testing.TB, format scenario.Format, weeks, services int) (*simulate.World, []byte) {
	t.Helper()
	params := simulate.Plain(7)
	params.Weeks, params.Warmup, params.Services, params.RateHigh = weeks, weeks-1, services, 8
	params.OutagesWeekly = 4 // so that a short world has some
	world, err := simulate.New(params, celltest.Geography(t), countrytest.Crowds)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	writer, err := scenario.NewWriter(&out, format)
	if err != nil {
		t.Fatal(err)
	}
	for m := world.Span().From; m < world.Span().To; m++ {
		for _, row := range rowsOf(world, m) {
			if err := writer.Write(&row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := writer.Flush(); err != nil {
		t.Fatal(err)
	}
	return world, out.Bytes()
}

// rowsOf joins the counts of a minute that differ in nothing but their number.
func rowsOf(world *simulate.World, m outage.Minute) []scenario.Row {
	type key struct {
		service string
		country outage.Country
		point   *simulate.Point
	}
	at := map[key]int{}
	var rows []scenario.Row
	world.Minute(m, func(c simulate.Count) {
		k := key{c.Service, c.Country, c.Point}
		i, ok := at[k]
		if !ok {
			i = len(rows)
			at[k] = i
			row := scenario.Row{Minute: m, Service: c.Service, Country: c.Country, Symptom: "app"}
			if c.Point != nil {
				row.Point, row.Placed = c.Point.At, true
			}
			rows = append(rows, row)
		}
		rows[i].Reporters += c.Reporters
		rows[i].N += c.N
	})
	return rows
}

func backtested(t *testing.T, opts Options, input []byte) ([]Line, string) {
	t.Helper()
	var out bytes.Buffer
	if err := Run(context.Background(), opts, celltest.Geography(t), bytes.NewReader(input), &out); err != nil {
		t.Fatal(err)
	}
	var lines []Line
	for text := range strings.Lines(out.String()) {
		var line Line
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines, out.String()
}

func TestBacktestFindsOutages(t *testing.T) {
	const weeks = 2
	world, input := simulated(t, scenario.CSV, weeks, 3)
	opts := Options{Warmup: (weeks - 1) * 7 * 24 * time.Hour, Workers: 1}
	lines, text := backtested(t, opts, input)

	t.Run("each line is of an incident in order", func(t *testing.T) {
		state := map[string]outage.State{}
		finals := map[string]int{}
		for _, line := range lines {
			before, seen := state[line.ID]
			switch {
			case !seen && line.State != outage.StateOpen:
				t.Errorf("%s is first told %s", line.ID, line.State)
			case seen && before == line.State && !line.FootprintFinal:
				t.Errorf("%s is told %s again", line.ID, line.State)
			case line.FootprintFinal && line.State != outage.StateOpen:
				t.Errorf("%s has its final footprint when %s", line.ID, line.State)
			}
			if (line.ClosedAt != nil) != (line.State == outage.StateResolved) {
				t.Errorf("%s is %s and closed at %v", line.ID, line.State, line.ClosedAt)
			}
			if line.OpenedAt.Before(world.Judged().From.Time()) {
				t.Errorf("%s alerts in the warm-up", line.ID)
			}
			if want := outage.IncidentID(line.Service, line.Country, line.OpenedAt); line.ID != want {
				t.Errorf("id %s, want %s", line.ID, want)
			}
			if float64(line.Observed) < line.Threshold || line.Expected >= float64(line.Observed) {
				t.Errorf("%s opened with %d observed, %f expected, threshold %f", line.ID, line.Observed, line.Expected, line.Threshold)
			}
			if line.FootprintFinal {
				finals[line.ID]++
			}
			state[line.ID] = line.State
		}
		for id, n := range finals {
			if n != 1 {
				t.Errorf("%s has %d final footprints", id, n)
			}
		}
	})
	t.Run("large outages are found at once", func(t *testing.T) {
		large := 0
		for _, o := range world.Outages {
			if o.Span.From < world.Judged().From || o.Nats < 100 || o.Shape != simulate.Step {
				continue
			}
			large++
			found := false
			for _, line := range lines {
				opened := outage.MinuteOf(line.OpenedAt)
				found = found || line.Service == o.Service && line.Country == o.Country && o.Span.From <= opened && opened <= o.Span.From+15
			}
			if !found {
				t.Errorf("%s in %s at %s, x%.1f, was missed", o.Service, o.Country, o.Span.From.Time(), o.Times)
			}
		}
		if large == 0 {
			t.Fatal("the world has no large outage; take another seed")
		}
	})
	t.Run("workers change nothing", func(t *testing.T) {
		many := opts
		many.Workers = 3
		if _, got := backtested(t, many, input); got != text {
			t.Error("the output differs")
		}
	})
	t.Run("packed input changes nothing", func(t *testing.T) {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write(input)
		_ = w.Close()
		if _, got := backtested(t, opts, packed.Bytes()); got != text {
			t.Error("the output differs")
		}
	})
	t.Run("NDJSON changes nothing", func(t *testing.T) {
		_, other := simulated(t, scenario.NDJSON, weeks, 3)
		if _, got := backtested(t, opts, other); got != text {
			t.Error("the output differs")
		}
	})
	t.Run("what came before an error stays", func(t *testing.T) {
		var out bytes.Buffer
		broken := append(bytes.Clone(input), "2025-01-21T00:00:00Z,a,GB,,,,1\n"...)
		err := Run(context.Background(), opts, celltest.Geography(t), bytes.NewReader(broken), &out)
		known := outage.AsError(err)
		if known == nil || known.Line != bytes.Count(input, []byte("\n"))+1 {
			t.Errorf("error %v, want one with the number of the last line", err)
		}
		if !strings.HasPrefix(text, out.String()) || out.Len() == 0 {
			t.Error("the incidents before the error are gone")
		}
	})
}

func TestBacktestPlaces(t *testing.T) {
	p := newPlacer(celltest.Geography(t))
	for _, c := range []struct {
		name    string
		country outage.Country
		point   *outage.LatLng
		placed  bool
	}{
		{"London", countrytest.GB, &outage.LatLng{Lat: 51.507, Lng: -.128}, true},
		{"London in a row of India", countrytest.IN, &outage.LatLng{Lat: 51.507, Lng: -.128}, false},
		{"Paris", countrytest.GB, &outage.LatLng{Lat: 48.857, Lng: 2.352}, false},
		{"no point", countrytest.GB, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := scenario.Row{Country: c.country}
			if c.point != nil {
				row.Point, row.Placed = *c.point, true
			}
			for range 2 { // the second answer is remembered
				if got := p.cell(&row) != 0; got != c.placed {
					t.Errorf("placed %t, want %t", got, c.placed)
				}
			}
		})
	}
}

func TestBacktestStopsWhenToldTo(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	input := "timestamp,service,country,reporters,n\n2025-01-01T00:00:00Z,a,GB,1,1\n2025-01-01T00:01:00Z,a,GB,1,1\n"
	err := Run(ctx, Options{}, celltest.Geography(t), strings.NewReader(input), &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

func BenchmarkBacktest(b *testing.B) {
	_, input := simulated(b, scenario.CSV, 2, 21)
	rows := bytes.Count(input, []byte("\n")) - 1
	geography := celltest.Geography(b)
	b.ResetTimer()
	for b.Loop() {
		if err := Run(context.Background(), Options{Warmup: 7 * 24 * time.Hour}, geography, bytes.NewReader(input), &bytes.Buffer{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.Log(fmt.Sprint(rows, " rows"))
}
