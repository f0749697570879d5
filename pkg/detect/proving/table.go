package proving

import (
	"fmt"
	"strings"

	"downpour/pkg/scenario/simulate"
)

// Add joins the score of another world to this one.
func (s *Score) Add(other *Score) {
	s.ServiceWeeks += other.ServiceWeeks
	for i := range s.Detectable {
		s.Detectable[i] += other.Detectable[i]
		s.Hit[i] += other.Hit[i]
	}
	s.Times = append(s.Times, other.Times...)
	s.StepTimes = append(s.StepTimes, other.StepTimes...)
	for kind, n := range other.Benign {
		s.Benign[kind] += n
		s.Triggered[kind] += other.Triggered[kind]
	}
	s.False += other.False
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

// Precision counts harmless events as wrong.
func (s *Score) Precision() float64 {
	wrong := s.False
	for _, n := range s.Triggered {
		wrong += n
	}
	return float64(s.True) / float64(max(1, s.True+wrong))
}

// String is the table that people read.
func (s *Score) String() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-34s %s\n", name, fmt.Sprintf(format, args...))
	}
	part := func(a, n int) float64 { return float64(a) / float64(max(1, n)) }
	line("service-weeks", "%.0f", s.ServiceWeeks)
	line("false alarms / service-week", "%.4f (%d)", s.FalseAlarms(), s.False)
	line("recall", "%.3f  S %.3f/%d  M %.3f/%d  L %.3f/%d  XL %.3f/%d", s.Recall(),
		part(s.Hit[0], s.Detectable[0]), s.Detectable[0], part(s.Hit[1], s.Detectable[1]), s.Detectable[1],
		part(s.Hit[2], s.Detectable[2]), s.Detectable[2], part(s.Hit[3], s.Detectable[3]), s.Detectable[3])
	line("time to detect, median / p90", "%.1f / %.1f", Quantile(s.Times, .5), Quantile(s.Times, .9))
	line("of steps", "%.1f / %.1f", Quantile(s.StepTimes, .5), Quantile(s.StepTimes, .9))
	for _, kind := range []simulate.BenignKind{simulate.Surge, simulate.Abuse, simulate.Gap, simulate.Holiday} {
		line(string(kind)+" that trigger", "%d of %d", s.Triggered[kind], s.Benign[kind])
	}
	line("precision", "%.3f", s.Precision())
	placed := len(s.Distances)
	line("scope right / region right", "%.3f / %.3f", part(s.ScopeRight, placed), part(s.RegionRight, s.Regional))
	line("centroid, median / p90 km", "%.1f / %.1f", Quantile(s.Distances, .5), Quantile(s.Distances, .9))
	line("close after end, median / p90", "%.0f / %.0f", Quantile(s.CloseDelays, .5), Quantile(s.CloseDelays, .9))
	line("closed too early", "%.3f", part(s.ClosedEarly, s.Closed))
	return b.String()
}
