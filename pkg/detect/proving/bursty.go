package proving

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// BurstyStream is one stream of the Numenta Anomaly Benchmark: tweets about a
// company in steps of five minutes, with the windows that people labelled.
type BurstyStream struct {
	Name    string
	Times   []outage.Minute // of the counts
	Counts  []int
	Windows []outage.Span
}

// BurstyNames are the streams, those of the training part first.
var BurstyNames = []string{"AAPL", "CRM", "FB", "KO", "UPS"}

// Bursty reads a stream.
func Bursty(name string) (*BurstyStream, error) {
	table, err := records("Twitter_volume_" + name + ".csv.gz")
	if err != nil {
		return nil, err
	}
	s := &BurstyStream{Name: name}
	for _, record := range table {
		at, err := minuteOf(time.DateTime, record[0])
		if err != nil {
			return nil, fmt.Errorf("reading the stream %s: %w", name, err)
		}
		count, err := strconv.Atoi(record[1])
		if err != nil {
			return nil, fmt.Errorf("reading the stream %s: %w", name, err)
		}
		s.Times, s.Counts = append(s.Times, at), append(s.Counts, count)
	}
	labels, err := readJSON("windows.json")
	if err != nil {
		return nil, err
	}
	defer labels.Close()
	var windows map[string][][2]string
	if err := json.NewDecoder(labels).Decode(&windows); err != nil {
		return nil, fmt.Errorf("reading the windows of the streams: %w", err)
	}
	for _, w := range windows["Twitter_volume_"+name+".csv"] {
		from, err := minuteOf("2006-01-02 15:04:05.000000", w[0])
		if err != nil {
			return nil, err
		}
		to, err := minuteOf("2006-01-02 15:04:05.000000", w[1])
		if err != nil {
			return nil, err
		}
		s.Windows = append(s.Windows, outage.Span{From: from, To: to + 1})
	}
	return s, nil
}

// Rows spreads each count over its five minutes.
func (s *BurstyStream) Rows() []Row {
	const minutes = 5
	var rows []Row
	for i, count := range s.Counts {
		for k := range minutes {
			if n := (k+1)*count/minutes - k*count/minutes; n > 0 {
				rows = append(rows, Row{Minute: s.Times[i] + outage.Minute(k), Reporters: n})
			}
		}
	}
	return rows
}

// Probation is the first part of a stream, which trains and is not scored: 15 % of
// its counts, 750 at most.
func (s *BurstyStream) Probation() outage.Minute {
	return s.Times[min(750, len(s.Times)*15/100)]
}

// Weeks is how long a stream is scored.
func (s *BurstyStream) Weeks() float64 {
	return float64(s.Times[len(s.Times)-1]-s.Probation()) / (7 * 1440)
}

// Raw is the score of openings in the standard profile, not scaled: a window found
// counts up to 1, the sooner the more; one missed -1; an opening outside of all
// windows -.11 at most (A. Lavin and S. Ahmad, Evaluating Real-time Anomaly
// Detection Algorithms, 2015).
func (s *BurstyStream) Raw(openings []outage.Minute) (raw float64) {
	const falsePositive = .11
	sigmoid := func(at float64) float64 {
		if at > 3 {
			return -1
		}
		return 2/(1+math.Exp(5*at)) - 1
	}
	hit := make([]bool, len(s.Windows))
	for _, m := range openings {
		if m < s.Probation() {
			continue
		}
		inside, before := -1, -1
		for i, w := range s.Windows {
			if w.Contains(m) {
				inside = i
			}
			if w.To <= m {
				before = i
			}
		}
		switch {
		case inside >= 0 && !hit[inside]:
			w := s.Windows[inside]
			hit[inside] = true
			raw += sigmoid(-float64(w.To-m)/float64(w.To-w.From)) / sigmoid(-1)
		case inside >= 0: // only the first counts
		case before >= 0:
			w := s.Windows[before]
			raw += falsePositive * sigmoid(float64(m-w.To)/float64(w.To-w.From))
		default:
			raw -= falsePositive
		}
	}
	for _, found := range hit {
		if !found {
			raw--
		}
	}
	return raw
}

// Scaled is a sum of raw scores over streams with so many windows in all, from 0
// for a detector that says nothing to 100 for a perfect one.
func Scaled(raw float64, windows int) float64 {
	return 100 * (raw + float64(windows)) / (2 * float64(windows))
}
