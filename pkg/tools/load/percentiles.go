package load

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Percentiles are latencies in milliseconds, to three digits.
type Percentiles struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99_9"`
	Max  float64 `json:"max"`
}

// longest is the longest latency that is told from longer ones.
const longest = time.Hour

// newHistogram counts microseconds.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, longest.Microseconds(), 3)
}

func addTo(h *hdrhistogram.Histogram, took time.Duration) {
	_ = h.RecordValue(min(took, longest).Microseconds()) // fails only beyond the longest
}

func percentilesOf(h *hdrhistogram.Histogram) Percentiles {
	ms := func(us int64) float64 { return math.Round(float64(us)) / 1e3 }
	return Percentiles{
		P50: ms(h.ValueAtQuantile(50)), P90: ms(h.ValueAtQuantile(90)), P99: ms(h.ValueAtQuantile(99)), P999: ms(h.ValueAtQuantile(99.9)), Max: ms(h.Max()),
	}
}

// PercentilesOf tells the percentiles of latencies; all are 0 where there is none.
func PercentilesOf(took []time.Duration) Percentiles {
	h := newHistogram()
	for _, one := range took {
		addTo(h, one)
	}
	return percentilesOf(h)
}
