package timeline

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"downpour/pkg/outage"
)

// BenchmarkTick is one minute of one service in one country with about forty
// active nodes; it tells the slowest hundredth too, and the size of the state.
func BenchmarkTick(b *testing.B) {
	line := New(config())
	n := newNoise(1)
	minute := start
	next := func() []outage.Judged {
		var counts []outage.Judged
		for range n.poisson(4 * season(minute)) {
			counts = append(counts, outage.Judged{Service: "chat", Country: outage.GB, Cell: n.place(outage.GB), Reporters: 1})
		}
		return counts
	}
	for ; minute < start+14*day; minute++ {
		if _, err := line.Tick(minute, next()); err != nil {
			b.Fatal(err)
		}
	}
	var took []time.Duration
	for b.Loop() {
		counts := next()
		began := time.Now()
		if _, err := line.Tick(minute, counts); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		minute++
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
	var state bytes.Buffer
	if err := line.Save(&state); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(state.Len()), "state-bytes")
	b.ReportMetric(float64(line.ordered[0].base.Places()), "nodes")
}

// BenchmarkIdleTick is one minute of a service nobody reports.
func BenchmarkIdleTick(b *testing.B) {
	line := New(config())
	for m := start; m < start+day; m++ {
		if _, err := line.Tick(m, nil); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := line.Tick(start+day, []outage.Judged{{Service: "rail", Country: outage.GB, Reporters: 1}}); err != nil {
		b.Fatal(err)
	}
	minute := start + day
	for b.Loop() {
		minute++
		if _, err := line.Tick(minute, nil); err != nil {
			b.Fatal(err)
		}
	}
}
