package engine

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/outage"
)

// minuteCounts are the counts of one service in one country in the current minute:
// by metro cell as they arrive, then by handle of every node above.
type minuteCounts struct {
	reporters uint32
	side      sideCount
	back      []uint32 // by handle of the country and its regions
	metro     []metroCount
	byHandle  []uint32
	left      []uint32 // the same without what open incidents cover
	touched   []int32  // handles with a count
}

// metroCount is the reporters of a metro cell, by its key; 0 for no place.
type metroCount struct {
	key       outage.Cell
	reporters uint32
	networks  uint32
}

func newMinuteCounts(c *country) minuteCounts {
	return minuteCounts{back: make([]uint32, 1+len(c.regions))}
}

// add adds a count, and returns the key of its metro cell.
func (m *minuteCounts) add(c *country, count *outage.Judged) outage.Cell {
	m.side.Capped += uint32(count.Capped)
	m.side.Works += uint32(count.Works)
	if count.Back > 0 {
		m.back[baseline.Whole] += uint32(count.Back)
		if i, ok := c.number[c.config.Geography.RegionOf(count.Cell)]; ok {
			m.back[i+1] += uint32(count.Back)
		}
	}
	if count.Reporters == 0 {
		return 0
	}
	m.reporters += uint32(count.Reporters)
	key := c.metro(count.Cell)
	m.metro = append(m.metro, metroCount{key, uint32(count.Reporters), uint32(count.Networks)})
	return key
}

// sorted are the counts of metro cells by key, whatever order they arrived in.
func (m *minuteCounts) sorted() []metroCount {
	slices.SortFunc(m.metro, func(a, b metroCount) int { return cmp.Compare(a.key, b.key) })
	return m.metro
}

// addAt adds reporters to nodes, and with left to the counts outside of incidents.
func (m *minuteCounts) addAt(reporters uint32, left bool, handles ...int32) {
	for _, h := range handles {
		if h == baseline.Nowhere || reporters == 0 {
			continue
		}
		if m.byHandle[h] == 0 {
			m.touched = append(m.touched, h)
		}
		m.byHandle[h] += reporters
		if left {
			m.left[h] += reporters
		}
	}
}

// grow makes room for so many handles.
func (m *minuteCounts) grow(places int) {
	for len(m.byHandle) < places {
		m.byHandle, m.left = append(m.byHandle, 0), append(m.left, 0)
	}
}

// clear ends the minute.
func (m *minuteCounts) clear() {
	for _, h := range m.touched {
		m.byHandle[h], m.left[h] = 0, 0
	}
	clear(m.back)
	m.touched, m.metro, m.reporters, m.side = m.touched[:0], m.metro[:0], 0, sideCount{}
}
