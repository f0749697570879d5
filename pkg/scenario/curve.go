package scenario

import (
	"fmt"

	"gonum.org/v1/gonum/interp"

	"github.com/open-downpour/downpour/pkg/outage"
)

// curve is the synthetic course of a wave: the reports so far, by minute. It goes
// through the points of the script and never falls between them, which is
// what the monotone cubic of F. N. Fritsch and J. Butland (1984) is for, so
// every count that the script states comes out as stated.
type curve struct {
	start outage.Minute
	sofar []float64 // reports before minute start+i
}

// newCurve joins the points of a checked wave.
func newCurve(points []Point) (*curve, error) {
	start, end := points[0].At, points[len(points)-1].At
	at, sum := []float64{-1}, []float64{0} // flat before the first point: nobody knew yet
	total := 0.
	for _, p := range points {
		total += p.Reports
		at = append(at, float64(p.At-start))
		sum = append(sum, total)
	}
	at, sum = append(at, float64(end-start)+1), append(sum, total) // and flat after the last
	var cubic interp.FritschButland
	if err := cubic.Fit(at, sum); err != nil {
		return nil, fmt.Errorf("joining the points of a wave: %w", err)
	}
	c := &curve{start: start, sofar: make([]float64, end-start+1)}
	for i := range c.sofar {
		c.sofar[i] = cubic.Predict(float64(i))
	}
	return c, nil
}

// mean is the reports due in a minute; 0 outside the wave, and without one.
func (c *curve) mean(minute outage.Minute) float64 {
	if c == nil {
		return 0
	}
	i := int(minute - c.start)
	if i < 0 || i+1 >= len(c.sofar) {
		return 0
	}
	return max(0, c.sofar[i+1]-c.sofar[i])
}
