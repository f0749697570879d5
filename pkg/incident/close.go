package incident

import "math"

// observe adds a minute to the window, the peak and the lasting level.
func (c *Case) observe(m Minute) {
	if m.Missing {
		return
	}
	s := &c.state
	at := int(m.Minute % windowMinutes)
	s.Observed[at], s.Expected[at] = m.Reporters, m.Mean
	s.Seen = min(s.Seen+1, windowMinutes)
	s.Count = s.Count*c.params.LevelKeep + float64(m.Reporters)
	s.Mean = s.Mean*c.params.LevelKeep + m.Mean
	observed, expected := c.window(m)
	c.current.Ratio = (observed + 1) / (expected + 1)
	c.current.Peak = max(c.current.Peak, c.current.Ratio)
}

// window is what the footprint had in the last minutes, and what is normal.
func (c *Case) window(m Minute) (observed, expected float64) {
	for back := range int(c.state.Seen) {
		at := (int(m.Minute) - back) % windowMinutes
		observed += float64(c.state.Observed[at])
		expected += c.state.Expected[at]
	}
	return observed, expected
}

// over weighs the minute as evidence that the incident has ended, and says
// whether there is enough of it. The test mirrors the one that opens: a sum of
// log-likelihood ratios, of the normal against a part of the strength seen.
func (c *Case) over(m Minute, elapsed int) bool {
	if m.Missing {
		return false
	}
	p := c.params
	strength := c.strength()
	r := 1 / m.Dispersion
	a := math.Log((r + m.Mean) / (r + strength*m.Mean))
	over := c.state.Over - float64(m.Reporters)*(math.Log(strength)+a) - r*a
	c.state.Over = min(max(0, over), 2*p.CloseEvidence)
	if c.state.Over < p.CloseEvidence || elapsed < p.CloseAfter {
		return false
	}
	observed, expected := c.window(m)
	return observed <= max(p.CalmRatio*expected, expected+2*math.Sqrt(expected)+1)
}

// strength is the multiple of the normal that closing has to rule out: half the
// worst ten minutes within bounds, or a part of what has been usual of late.
// Where next to nothing is normal only the latter tells silence from trouble
// within the hour.
func (c *Case) strength() float64 {
	p := c.params
	worst := min(max(p.PeakPart*c.current.Peak, p.StrengthLow), p.StrengthHigh)
	if c.state.Mean <= 0 {
		return worst
	}
	return max(worst, p.UsualPart*c.state.Count/c.state.Mean)
}
