package scenario

import (
	"fmt"
	"math"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Bounds of what a script may ask for, so that a slip of the pen does not play
// for a day.
const (
	longestSpan = 400 * 24 * 60 // minutes
	mostInAWave = 20e6          // reports
)

// check says what is wrong with a script.
func (s *Script) check() error {
	switch {
	case s.Title == "" || s.Summary == "":
		return outage.Invalid("title", "and summary must stand")
	case len(s.Sources) == 0:
		return outage.Invalid("sources", "are missing")
	case s.Span.To <= s.Span.From || s.Span.To-s.Span.From > longestSpan:
		return outage.Invalid("to", "is not within %d minutes after from", longestSpan)
	case !s.Span.Contains(s.Began):
		return outage.Invalid("began", "is not between from and to")
	case len(s.Waves) == 0:
		return outage.Invalid("waves", "are missing")
	}
	for _, source := range s.Sources {
		if !strings.HasPrefix(source.URL, "https://") && !strings.HasPrefix(source.URL, "http://") {
			return outage.Invalid("sources", "%s is no address of a page", shown([]byte(source.URL)))
		}
	}
	seen := make(map[seriesName]bool)
	for i := range s.Waves {
		w := &s.Waves[i]
		name := seriesName{w.Service, w.Country}
		if seen[name] {
			return outage.Invalid("waves", "has two of %s in %s", w.Service, w.Country)
		}
		seen[name] = true
		if err := w.check(s.Span); err != nil {
			return fmt.Errorf("wave %d: %w", i+1, err)
		}
	}
	return nil
}

// check says what is wrong with a wave of a script that plays for the span.
func (w *Wave) check(span outage.Span) error {
	switch {
	case !slug([]byte(w.Service)):
		return outage.Invalid("service", "%s is no slug", shown([]byte(w.Service)))
	case !w.Country.Covered():
		return outage.Unknown("country", "%s is not covered", shown([]byte(w.Country)))
	case w.Basis == "":
		return outage.Invalid("basis", "is missing: which points are known?")
	case len(w.Points) < 3:
		return outage.Invalid("points", "are fewer than three, which is no curve")
	case w.Points[0].Reports != 0:
		return outage.Invalid("points", "must start with no reports")
	case !span.Contains(w.Points[0].At) || w.Points[len(w.Points)-1].At > span.To:
		return outage.Invalid("points", "reach beyond from and to")
	case !(w.total() > 0) || w.total() > mostInAWave:
		return outage.Invalid("points", "are not between 1 and %.0f reports in all", float64(mostInAWave))
	}
	for i, p := range w.Points {
		if i > 0 && p.At <= w.Points[i-1].At {
			return outage.Invalid("at", "is not later than the point before")
		}
		if !sound(p.Reports) {
			return outage.Invalid("reports", "must be 0 or more")
		}
	}
	return w.checkShares()
}

func (w *Wave) checkShares() error {
	sum := 0.
	for _, share := range w.Symptoms {
		if share.Symptom != "" && !slug([]byte(share.Symptom)) {
			return outage.Invalid("symptoms", "%s is no slug", shown([]byte(share.Symptom)))
		}
		if !sound(share.Weight) {
			return outage.Invalid("symptoms", "must have shares of 0 or more")
		}
		sum += share.Weight
	}
	if !(sum > 0) {
		return outage.Invalid("symptoms", "have no share above 0")
	}
	for city, times := range w.Places {
		if !sound(times) {
			return outage.Invalid("places", "%s must be 0 or more times its population", shown([]byte(city)))
		}
	}
	return nil
}

// sound reports whether x is a number that a script may hold.
func sound(x float64) bool { return x >= 0 && x <= mostInAWave && !math.IsNaN(x) }
