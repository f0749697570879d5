package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// story is a row of the table of cases: what people do, and what is to be seen
// when they have done it.
type story struct {
	name  string
	steps []step
	then  []seen
}

// step is what one person does at one time.
type step struct {
	clock   string // time of day; after 24:00 of the next day
	from    sender // alice where nobody is named
	service string // whatsapp where none is named
	more    string // further fields of the report, as JSON
	cell    outage.Cell
	key     string // Idempotency-Key
	undoes  int    // the step, from 1, whose report is taken back instead
	repeats int    // the step, from 1, whose very answer must come again
	want    string // "counted", "not counted", "undone", or code and field of an error
}

// seen checks what the public sees, or the detector.
type seen func(s *server)

func (c story) play(s *server) {
	receipts := make([]answer, len(c.steps))
	for i, step := range c.steps {
		s.set(today.Add(clock(step.clock)))
		if step.from == (sender{}) {
			step.from = alice
		}
		if step.undoes > 0 {
			receipts[i] = s.undo(step.from, receipts[step.undoes-1])
		} else {
			receipts[i] = s.report(step.from, s.body(step), step.key)
		}
		if got := outcome(receipts[i]); got != step.want {
			s.t.Errorf("step %d at %s: %s, want %s (%s)", i+1, step.clock, got, step.want, receipts[i].body)
		}
		if step.repeats > 0 && string(receipts[i].body) != string(receipts[step.repeats-1].body) {
			s.t.Errorf("step %d: the answer is %s instead of %s", i+1, receipts[i].body, receipts[step.repeats-1].body)
		}
	}
	for _, check := range c.then {
		check(s)
	}
}

func clock(text string) time.Duration {
	var hours, minutes, seconds int
	if _, err := fmt.Sscanf(text, "%d:%d:%d", &hours, &minutes, &seconds); err != nil {
		panic(err) // a slip in the test
	}
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second
}

// body is the report of a step: by default from a country without a place.
func (s *server) body(step step) string {
	service, more := step.service, step.more
	if service == "" {
		service = "whatsapp"
	}
	if step.cell != 0 {
		at := s.app.geography.Center(step.cell)
		more = fmt.Sprintf(`,"location":{"lat":%v,"lng":%v}`, at.Lat, at.Lng) + more
	}
	if more == "" {
		more = `,"country":"IN"`
	}
	return fmt.Sprintf(`{"service":%q%s}`, service, more)
}

func (s *server) undo(from sender, receipt answer) answer {
	return s.send(from, http.MethodDelete, "/api/v1/reports/"+receipt.field("id")+"?undo="+url.QueryEscape(receipt.field("undo")), "", nil)
}

func outcome(got answer) string {
	switch {
	case got.status == http.StatusNoContent:
		return "undone"
	case got.status == http.StatusAccepted && bytes.Contains(got.body, []byte(`"counted":true`)):
		return "counted"
	case got.status == http.StatusAccepted:
		return "not counted"
	}
	return got.field("code") + " " + got.field("field")
}

// whole is a window that holds every story.
var whole = span("00:00", "30:00")

// totals checks what the series of a service counts in India.
func totals(service string, reports, works, back int64) seen {
	return func(s *server) {
		s.t.Helper()
		var got struct {
			Items []struct{ Reports, Works, Back int64 }
		}
		query := url.Values{"country": {"IN"}, "from": whole["from"], "to": whole["to"]}
		s.read("/api/v1/services/"+service+"/series", query, &got)
		var sum [3]int64
		for _, item := range got.Items {
			sum[0], sum[1], sum[2] = sum[0]+item.Reports, sum[1]+item.Works, sum[2]+item.Back
		}
		if want := [3]int64{reports, works, back}; sum != want {
			s.t.Errorf("%s: reports, works, back are %v, want %v", service, sum, want)
		}
	}
}

// onMap checks the numbers beside India's map, which are the same at every
// resolution.
func onMap(total, unplaced, withheldAtSix int64) seen {
	return func(s *server) {
		s.t.Helper()
		for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
			got := s.heatmap(countrytest.IN, resolution, whole)
			sum := got.Withheld + got.Unplaced
			for _, item := range got.Items {
				sum += item.Reports
			}
			if got.Total != total || got.Unplaced != unplaced || sum != total {
				s.t.Errorf("resolution %d: %+v; want total %d, unplaced %d", resolution, got, total, unplaced)
			}
			if resolution == outage.CellFine && got.Withheld != withheldAtSix {
				s.t.Errorf("resolution %d withholds %d, want %d", resolution, got.Withheld, withheldAtSix)
			}
		}
	}
}

// cells checks which cells India's map shows at a resolution.
func cells(resolution int, want map[outage.Cell]int64) seen {
	return func(s *server) {
		s.t.Helper()
		got := map[outage.Cell]int64{}
		for _, item := range s.heatmap(countrytest.IN, resolution, whole).Items {
			got[item.Cell] = item.Reports
		}
		if !maps.Equal(got, want) {
			s.t.Errorf("resolution %d shows %v, want %v", resolution, got, want)
		}
	}
}

// judged checks the weighted reports of WhatsApp: at least low, at most high,
// from so many prefixes.
func judged(low, high float64, prefixes int64) seen {
	return func(s *server) {
		s.t.Helper()
		if err := s.app.hot.Refresh(context.Background()); err != nil {
			s.t.Fatal(err)
		}
		counts, err := s.app.hot.Counts(context.Background(), outage.Query{Service: "whatsapp", Span: s.app.hot.Span()})
		if err != nil {
			s.t.Fatal(err)
		}
		var sum outage.Count
		for _, count := range counts {
			sum.Judged += count.Judged
			sum.Prefixes += count.Prefixes
		}
		if sum.Judged < low || sum.Judged > high || sum.Prefixes != prefixes {
			s.t.Errorf("judged %v from %d prefixes, want %v to %v from %d", sum.Judged, sum.Prefixes, low, high, prefixes)
		}
	}
}

// logged checks how many entries the log of reports holds, by their sign.
func logged(plus, minus int) seen {
	return func(s *server) {
		s.t.Helper()
		got := map[int8]int{}
		for _, entry := range s.entries() {
			got[entry.Sign]++
		}
		if got[1] != plus || got[-1] != minus {
			s.t.Errorf("the log holds %d reports and %d retractions, want %d and %d", got[1], got[-1], plus, minus)
		}
	}
}

func TestStoriesAreWellFormed(t *testing.T) {
	for _, c := range stories {
		for i, step := range c.steps {
			if step.undoes > i || step.repeats > i || step.want == "" {
				t.Errorf("%s: step %d leans on a later one, or expects nothing", c.name, i+1)
			}
		}
	}
}
