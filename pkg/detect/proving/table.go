package proving

import (
	"fmt"
	"strings"

	"github.com/open-downpour/downpour/pkg/scenario/simulate"
)

// Add joins the score of another world to this one.
func (s *Score) Add(other *Score) {
	s.ServiceWeeks += other.ServiceWeeks
	for i := range s.Detectable {
		s.Detectable[i] += other.Detectable[i]
		s.Hit[i] += other.Hit[i]
	}
	s.Rare += other.Rare
	s.RareHit += other.RareHit
	s.Times = append(s.Times, other.Times...)
	s.StepTimes = append(s.StepTimes, other.StepTimes...)
	for kind, n := range other.Benign {
		s.Benign[kind] += n
		s.Triggered[kind] += other.Triggered[kind]
	}
	s.False += other.False
	s.Harmless += other.Harmless
	s.Outages += other.Outages
	s.Oracle = append(s.Oracle, other.Oracle...)
	s.True += other.True
	s.ScopeRight += other.ScopeRight
	s.RegionRight += other.RegionRight
	s.Regional += other.Regional
	s.Distances = append(s.Distances, other.Distances...)
	s.CloseDelays = append(s.CloseDelays, other.CloseDelays...)
	s.ClosedEarly += other.ClosedEarly
	s.Closed += other.Closed
}

// Recall is the part of the detectable outages that was found.
func (s *Score) Recall() float64 {
	hit, all := 0, 0
	for i := range s.Hit {
		hit, all = hit+s.Hit[i], all+s.Detectable[i]
	}
	return float64(hit) / float64(max(1, all))
}

// FalseAlarms are those of a service-week.
func (s *Score) FalseAlarms() float64 { return float64(s.False) / s.ServiceWeeks }

// Precision counts incidents that something harmless opened as wrong.
func (s *Score) Precision() float64 {
	return float64(s.True) / float64(max(1, s.True+s.False+s.Harmless))
}

// Table is the scores side by side, as people read them.
func Table(names []string, scores []*Score) string {
	var b strings.Builder
	line := func(name string, cell func(*Score) string) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, s := range scores {
			fmt.Fprintf(&b, " %s |", cell(s))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "| measure | %s |\n|---|%s\n", strings.Join(names, " | "), strings.Repeat("---|", len(names)))
	line("service-weeks; detectable outages of all", func(s *Score) string {
		return fmt.Sprintf("%.0f; %d of %d", s.ServiceWeeks, len(s.Times), s.Outages)
	})
	line("recall", func(s *Score) string { return fmt.Sprintf("%.3f", s.Recall()) })
	line("recall S / M / L / XL", (*Score).bySize)
	line(fmt.Sprintf("recall below %.1f reports a minute", rare), func(s *Score) string { return fmt.Sprintf("%.3f (%d)", part(s.RareHit, s.Rare), s.Rare) })
	line("time to detect, median / p90", func(s *Score) string { return quantiles(s.Times, "%.0f / %.0f") })
	line("of steps", func(s *Score) string { return quantiles(s.StepTimes, "%.0f / %.0f") })
	line("an observer who knows everything", func(s *Score) string { return quantiles(s.Oracle, "%.0f / %.0f") })
	line("false alarms a service-week", func(s *Score) string { return fmt.Sprintf("%.4f (%d)", s.FalseAlarms(), s.False) })
	line("precision", func(s *Score) string { return fmt.Sprintf("%.3f", s.Precision()) })
	for _, kind := range []simulate.BenignKind{simulate.Surge, simulate.Abuse, simulate.Gap, simulate.Holiday} {
		line(string(kind)+" that trigger", func(s *Score) string { return fmt.Sprintf("%d of %d", s.Triggered[kind], s.Benign[kind]) })
	}
	line("scope right / region right", func(s *Score) string {
		return fmt.Sprintf("%.3f / %.3f", part(s.ScopeRight, len(s.Distances)), part(s.RegionRight, s.Regional))
	})
	line("centroid off, median / p90, km", func(s *Score) string { return quantiles(s.Distances, "%.1f / %.1f") })
	line("closed after the end, median / p90", func(s *Score) string { return quantiles(s.CloseDelays, "%.0f / %.0f") })
	line("closed too early", func(s *Score) string { return fmt.Sprintf("%.3f", part(s.ClosedEarly, s.Closed)) })
	return b.String()
}

func (s *Score) bySize() string {
	var sizes [4]string
	for i := range sizes {
		sizes[i] = fmt.Sprintf("%.3f (%d)", part(s.Hit[i], s.Detectable[i]), s.Detectable[i])
	}
	return strings.Join(sizes[:], " / ")
}

func quantiles(values []float64, format string) string {
	return fmt.Sprintf(format, Quantile(values, .5), Quantile(values, .9))
}

func part(a, n int) float64 { return float64(a) / float64(max(1, n)) }
