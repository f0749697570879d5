package incident

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// region is how one region of a footprint fares. It has a fixed size.
type region struct {
	Handle  int32
	Ended   outage.Minute // last minute used when its own counts said so; 0 while they do not
	Reports int64
	Back    int64
	Ebb     ebb
}

// follow keeps the regions that stay in the footprint, and begins with those
// that are new, in the order of the footprint.
func (c *Case) follow(handles []int32) {
	before := c.regions
	c.regions = make([]region, len(handles))
	for i, h := range handles {
		c.regions[i].Handle = h
		for j := range before {
			if before[j].Handle == h {
				c.regions[i] = before[j]
			}
		}
	}
	c.recoveries()
}

// ebbing takes a minute of each region in and reports whether one of them came
// to an end, or came back.
func (c *Case) ebbing(m *Minute, elapsed int) (changed bool) {
	for i := range c.regions {
		if i >= len(m.Regions) {
			break
		}
		r, part := &c.regions[i], m.Regions[i]
		r.Reports += int64(part.Reporters)
		r.Back += int64(part.Back)
		r.Ebb.observe(c.params, m.Minute, part)
		r.Ebb.weigh(c.params, part, m.Dispersion)
		switch {
		case r.Ended == 0 && elapsed >= c.params.CloseAfter && r.Ebb.calm(c.params, m.Minute):
			r.Ended, changed = m.Minute, true
		case r.Ended != 0 && int(r.Ebb.Low) >= c.params.RelapseAfter:
			r.Ended, changed = 0, true
		}
	}
	c.recoveries()
	return changed
}

// recoveries tells the regions in public words.
func (c *Case) recoveries() {
	told := make([]outage.Recovery, 0, len(c.regions))
	for i := range c.regions {
		r := &c.regions[i]
		if i >= len(c.current.Footprint.Regions) {
			break
		}
		recovery := outage.Recovery{
			Region: c.current.Footprint.Regions[i], Reports: r.Reports, Back: r.Back,
			Ratio: r.Ebb.Ratio, Peak: r.Ebb.Peak,
		}
		if r.Ended != 0 {
			recovery.At = instant(r.Ended)
		}
		told = append(told, recovery)
	}
	c.current.Recoveries = told
}

// ended closes every region that is still open with the incident itself.
func (c *Case) ended(minute outage.Minute) {
	for i := range c.regions {
		if c.regions[i].Ended == 0 {
			c.regions[i].Ended = minute
		}
	}
	c.recoveries()
}

// reopened begins anew in every region.
func (c *Case) reopened() {
	for i := range c.regions {
		c.regions[i].Ended = 0
		c.regions[i].Ebb = ebb{Peak: c.regions[i].Ebb.Peak, Worst: c.regions[i].Ebb.Worst}
	}
	c.recoveries()
}

// age is how long ago the incident was opened first.
func (c *Case) age(minute outage.Minute) time.Duration {
	return instant(minute).Sub(c.current.OpenedAt)
}
