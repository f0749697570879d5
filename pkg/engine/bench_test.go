package engine

import (
	"bytes"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// BenchmarkTick is one minute of one service in one country with about forty
// active nodes; it also reports the 99th percentile and the size of the state.
func BenchmarkTick(b *testing.B) {
	line := New(config())
	n := enginetest.NewNoise(1)
	minute := start
	next := func() []outage.Judged {
		var counts []outage.Judged
		for range n.Poisson(4 * enginetest.Season(minute)) {
			counts = append(counts, outage.Judged{Service: "chat", Country: countrytest.GB, Cell: n.Place(countrytest.GB), Reporters: 1})
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
	if _, err := line.Tick(start+day, []outage.Judged{{Service: "rail", Country: countrytest.GB, Reporters: 1}}); err != nil {
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

// BenchmarkManySeries is one minute of many services, each with some forty
// places and two reporters a minute by day. It reports the time of a series, median and
// 99th percentile of the minutes, and its memory.
func BenchmarkManySeries(b *testing.B) {
	for _, series := range []int{1000, 3000, 10000} {
		b.Run(strconv.Itoa(series), func(b *testing.B) { tickMany(b, series) })
	}
}

func tickMany(b *testing.B, series int) {
	before := heap()
	line, n, minute := New(config()), enginetest.NewNoise(1), start+10*60
	var counts []outage.Judged
	next := func() {
		counts = counts[:0]
		for i := range series {
			country := outage.Countries()[i%2]
			for range n.Poisson(2 * enginetest.Season(minute)) {
				counts = append(counts, outage.Judged{
					Service: "service-" + strconv.Itoa(i/2), Country: country, Cell: n.Place(country), Reporters: 1,
				})
			}
		}
		minute++
	}
	for range 8 * 60 {
		next()
		if _, err := line.Tick(minute, counts); err != nil {
			b.Fatal(err)
		}
	}
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		next()
		b.StartTimer()
		began := time.Now()
		if _, err := line.Tick(minute, counts); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	each := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(series) }
	b.ReportMetric(each(took[len(took)/2]), "p50-ns/series")
	b.ReportMetric(each(took[len(took)*99/100]), "p99-ns/series")
	b.ReportMetric(float64(heap()-before)/float64(series), "bytes/series")
	b.ReportMetric(float64(line.ordered[0].base.Places()), "nodes")
}

// heap is the allocated bytes after a garbage collection.
func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
