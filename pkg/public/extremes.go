package public

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Extremes are the towns around which a service is hit most and least over a span, most
// and least first. Everything that names a worst place has it from here, so that no two
// outputs of one moment name different ones. Both are empty where nothing is unusual or
// nothing is known of what is usual.
type Extremes struct{ Worst, Least []outage.Town }

// Towns names cells by towns.
type Towns interface {
	// TownOf is the town by which a cell of a country is named, false where it has none.
	TownOf(country outage.Country, cell outage.Cell) (outage.Town, bool)
	// Near reports whether two towns are so close that one name does for both.
	Near(a, b outage.Cell) bool
}

// namedTowns is how many towns each list of Extremes has at most.
const namedTowns = 3

// hour is the length of the window in which maps of now show reports.
const hour = 60 // minutes

// LastHour is the window of maps of now and of the places that are worst now: the last
// four 15-minute buckets, the one under way included.
func LastHour(asOf time.Time) outage.Span {
	to := (outage.MinuteOf(asOf) + 1).Ceil(outage.Quarter)
	return outage.Span{From: to - hour, To: to}
}

// WorstIn is the span whose Extremes an incident has: the last hour while it goes on, as
// on the page of its service, then all of it.
func (i Incident) WorstIn(asOf time.Time) outage.Span {
	if !i.Over() {
		return LastHour(asOf)
	}
	return i.Span(asOf).Snap(outage.Quarter)
}

// HasRatios reports whether any cell has something to be compared with.
func (h Heatmap) HasRatios() bool {
	return slices.ContainsFunc(h.Cells, func(c HeatCell) bool { return c.Ratio != nil && c.Status != outage.StatusUnknown })
}

// telling is the fewest judged reporters that say something where fewer than
// outage.LeastExpected were expected: that many by chance are one in five thousand.
const telling = 5

// Compared is the ratio of the judged reporters of a cell to the expected ones, or to
// its ordinary share of all; false where it has nothing to be compared with.
func (c HeatCell) Compared(toShare bool) (float64, bool) {
	expected := c.Expected
	if toShare {
		expected = c.Predicted
	}
	if expected == nil || *expected < outage.LeastExpected && c.Judged < telling {
		return 0, false
	}
	return outage.Ratio(c.Judged, *expected), true
}

// interval is where the ratio of a cell lies, within two standard deviations of a Poisson
// count; false where it has nothing to be compared with.
func (c HeatCell) interval(toShare bool) (low, high float64, ok bool) {
	x, ok := c.Compared(toShare)
	if !ok || c.Judged <= 0 {
		return 0, 0, false
	}
	part := 2 / math.Sqrt(c.Judged)
	return x * (1 - part), x * (1 + part), true
}

// extremes are the cells that are hit most and least, those furthest from the bound
// first: twice the usual or, in an event of the whole country, the ordinary share.
func (h Heatmap) extremes() (most, least []HeatCell) {
	if !h.HasRatios() {
		return nil, nil
	}
	bound := 2.
	if h.Widespread {
		bound = 1
	}
	most = h.cellsBy(func(low, _ float64) (float64, bool) { return -low, low > bound })
	if len(most) == 0 {
		return nil, nil
	}
	return most, h.cellsBy(func(_, high float64) (float64, bool) { return high, high < bound })
}

// cellsBy are the cells for whose interval by is true, in the order of its values.
func (h Heatmap) cellsBy(by func(low, high float64) (float64, bool)) []HeatCell {
	var found []HeatCell
	values := map[outage.Cell]float64{}
	for _, cell := range h.Cells {
		low, high, ok := cell.interval(h.Widespread)
		if !ok {
			continue
		}
		if value, ok := by(low, high); ok {
			found, values[cell.Cell] = append(found, cell), value
		}
	}
	slices.SortFunc(found, func(a, b HeatCell) int {
		return cmp.Or(cmp.Compare(values[a.Cell], values[b.Cell]), cmp.Compare(a.Cell, b.Cell))
	})
	return found
}

// NameExtremes names the cells of a heatmap of a service in a country that are hit most
// and least. Of towns near each other, such as the parts of a city, the first is named.
func NameExtremes(heat Heatmap, towns Towns) Extremes {
	most, least := heat.extremes()
	name := func(cells []HeatCell) (named []outage.Town) {
		for _, cell := range cells {
			town, ok := towns.TownOf(heat.Country, cell.Cell)
			near := func(other outage.Town) bool {
				return other.Name == town.Name || towns.Near(other.Cell, town.Cell)
			}
			if ok && !slices.ContainsFunc(named, near) {
				named = append(named, town)
			}
			if len(named) == namedTowns {
				break
			}
		}
		return named
	}
	return Extremes{Worst: name(most), Least: name(least)}
}

// Extremes are those of a service in a country over a span, which is widened to whole
// quarter hours. The error is that of Heatmap.
func (s *Snapshot) Extremes(ctx context.Context, service string, country outage.Country, span outage.Span) (Extremes, error) {
	if s.towns == nil || service == "" {
		return Extremes{}, nil
	}
	key := extremesKey{service, country, span.Snap(outage.Quarter)}
	known := s.latest
	if s.at.Sub(key.span.To.Time()) >= leastEnded {
		known = s.ended
	}
	if found, ok := known.get(key, s.at); ok {
		return found, nil
	}
	heat, err := s.Heatmap(ctx, service, country, country.MapResolution(), span)
	if err != nil {
		return Extremes{}, err
	}
	found := NameExtremes(heat, s.towns)
	known.put(key, found, s.at)
	return found, nil
}

type extremesKey struct {
	service string
	country outage.Country
	span    outage.Span
}
