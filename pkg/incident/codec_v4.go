package incident

import (
	"encoding/binary"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The layouts of version 4. They must not change. What has no comment is as in
// version 5.

type watchV4 struct {
	Opened    outage.Minute
	Closed    outage.Minute
	Localised bool
	Ebb       ebbV4
	Most      float64
}

type regionV4 struct {
	Handle  int32
	Ended   outage.Minute
	Reports int64
	Back    int64
	Ebb     ebbV4
}

type ebbV4 struct {
	Observed [10]uint32
	Back     [10]uint32
	Expected [10]float64
	Seen     int32
	Over     float64
	Low      int32
	Count    float64
	Mean     float64
	Ratio    float64 // (observed + 1) / (expected + 1) of the window
	Peak     float64 // the largest Ratio
}

// ReadCaseV4 reads what AppendState wrote in version 4, after the minute last, and
// returns what follows it. What version 4 did not know is filled in:
//
//   - The incident counts as confirmed, by as many reporters as that takes or as it
//     had when it opened. Version 4 called each incident an outage.
//   - Level and Worst are Ratio and Peak of version 4, which had the same formula.
//   - Ratio is outage.Ratio of the same counts. Peak is outage.Ratio of the
//     reporters that the worst window must have had if as many were expected in it
//     as in the present window, and Ratio at least.
func ReadCaseV4(params *Params, handles int, last outage.Minute, from []byte) (*Case, []byte, error) {
	c := NewCase(params)
	known, from, err := c.readPublic(handles, from)
	if err != nil || !known {
		return c, from, err
	}
	regions, from, err := readRegions[regionV4](from)
	if err != nil {
		return nil, nil, err
	}
	var state watchV4
	n, err := binary.Decode(from, binary.LittleEndian, &state)
	if err != nil {
		return nil, nil, errTooShort
	}
	c.convertV4(&state, regions)
	if err := c.check(handles); err != nil {
		return nil, nil, err
	}
	c.measureV4(last)
	return c, from[n:], nil
}

// convertV4 takes over what version 4 knew.
func (c *Case) convertV4(state *watchV4, regions []regionV4) {
	c.state = watch{
		Opened: state.Opened, Closed: state.Closed, Localised: state.Localised, Most: state.Most,
		Ebb: state.Ebb.convert(), Carried: max(c.params.ConfirmAt, float64(c.current.Observed)),
	}
	c.current.Confirmed = true
	c.regions = make([]region, len(regions))
	for i, r := range regions {
		c.regions[i] = region{Handle: r.Handle, Ended: r.Ended, Reports: r.Reports, Back: r.Back, Ebb: r.Ebb.convert()}
	}
}

// convert leaves Ratio and Peak to measureV4.
func (e *ebbV4) convert() ebb {
	return ebb{
		Observed: e.Observed, Back: e.Back, Expected: e.Expected, Seen: e.Seen, Over: e.Over, Low: e.Low,
		Count: e.Count, Mean: e.Mean, Level: e.Ratio, Worst: e.Peak,
	}
}

// measureV4 works the ratios out again, as of the last minute that was watched.
func (c *Case) measureV4(last outage.Minute) {
	if c.current.State == outage.StateResolved {
		last = c.state.Closed
	}
	expected := c.state.Ebb.measureV4(last, c.current.Expected)
	for i := range c.regions {
		c.regions[i].Ebb.measureV4(last, 0)
	}
	c.current.Ratio, c.current.Peak = ratioOf(c.current.Ratio, expected), c.state.Ebb.Peak
	c.recoveries()
}

// measureV4 fills in Ratio and Peak, and returns what was expected in the window.
// An empty window, of an incident that has just opened, takes the given number.
func (e *ebb) measureV4(last outage.Minute, expected float64) float64 {
	if e.Seen > 0 {
		_, _, expected = e.window(last)
	}
	e.Ratio = ratioOf(e.Level, expected)
	e.Peak = max(e.Ratio, ratioOf(e.Worst, expected))
	return expected
}

// ratioOf is the outage.Ratio of the counts that have a level.
func ratioOf(of, expected float64) float64 {
	return outage.Ratio(max(0, of*(expected+1)-1), expected)
}
