package detect

import (
	"cmp"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Node is a part of the tree with its observed and expected reporters over a span
// that is the same for all nodes.
type Node struct {
	Handle   int32
	Level    Level
	Region   int32 // handle of its region, negative for none
	Parent   int32 // handle of the cell above a metro cell, negative for none
	Metro    bool  // one of the smallest cells, which do not overlap
	Center   outage.LatLng
	Observed float64
	Expected float64
}

// Excess is the reporters beyond what was expected.
func (n *Node) Excess() float64 { return n.Observed - n.Expected }

// Area is the footprint of an anomaly: one node, or several of one level that
// do not overlap.
type Area struct {
	Level    Level
	Handles  []int32 // ascending
	Observed float64
	Expected float64
	score    float64
}

// Localise finds the part of the tree that explains the counts best, of those that
// have land in common with the node that alarmed: the whole country, a region, a
// cell, several regions, or several cells of one region. The first node is the
// country, which is the answer where nothing is unusual.
//
// A place is scored by the expectation-based Poisson scan statistic (Neill 2009)
// and the log of its prior. Of sets only those of the highest ratios are tried,
// which finds the best set for scores of this kind (fast subset scan, Neill 2012).
// Their prior is divided among all sets of the same size, so that selecting the
// noisiest cells after the fact gains nothing. A country or region whose excess is
// that of several separate cells is not the answer: those are separate faults, and
// the strongest is reported first.
func Localise(p *Params, nodes []Node, alarmed int32) Area {
	l := newLocaliser(p, nodes, alarmed)
	best := areaOf(Country, nodes[:1])
	best.score = math.Inf(-1)
	for i := range nodes {
		n := &nodes[i]
		gain := poissonScan(n.Observed, n.Expected)
		score := gain + l.prior[n.Level]
		if gain > 0 && score > best.score && l.touches(n) && !l.scattered(n, gain) {
			best = areaOf(n.Level, nodes[i:i+1])
			best.score = score
		}
	}
	single := best.score
	consider := func(some []Node, prior float64) {
		set := bestSet(some, prior)
		if set.score > max(best.score, single+p.SetsMustBeatBy) && l.setTouches(set.Handles) {
			best = set
		}
	}
	consider(l.loose(regionsOf(nodes)), math.Log(p.PriorSets))
	for _, within := range metroByRegion(nodes) {
		consider(nearStrongest(within, p.SetReach), math.Log(p.PriorSets/max(1, l.regions)))
	}
	slices.Sort(best.Handles)
	return best
}

// Everywhere is the area of the whole country, the first of the nodes.
func Everywhere(nodes []Node) Area { return areaOf(Country, nodes[:1]) }

// localiser is what is known of the nodes of one localisation.
type localiser struct {
	params  *Params
	regions float64
	prior   [levels]float64
	// touching are the nodes that have a metro cell in common with the one that
	// alarmed; nil where all have.
	touching map[int32]bool
	// cellGain is the sum over the metro cells of a region, and of the country
	// under its handle, of what each explains beyond the luck of being one of many,
	// and cellBest the most that one of them does.
	cellGain, cellBest map[int32]float64
}

func newLocaliser(p *Params, nodes []Node, alarmed int32) *localiser {
	l := &localiser{params: p, cellGain: map[int32]float64{}, cellBest: map[int32]float64{}}
	regions, cells := countLevels(nodes)
	l.regions = regions
	l.prior = [levels]float64{
		math.Log(p.PriorCountry),
		math.Log(p.PriorRegions / max(1, regions)),
		math.Log(p.PriorCells / max(1, cells)),
	}
	country := nodes[0].Handle
	if alarmed != country {
		l.touching = map[int32]bool{country: true, alarmed: true}
	}
	for i := range nodes {
		n := &nodes[i]
		if !n.Metro {
			continue
		}
		if alarmed != country && (n.Handle == alarmed || n.Parent == alarmed || n.Region == alarmed) {
			l.touching[n.Handle], l.touching[n.Parent], l.touching[n.Region] = true, true, true
		}
		gain := poissonScan(n.Observed, n.Expected)
		for _, above := range []int32{country, n.Region} {
			l.cellGain[above] += max(0, gain+l.prior[Cell])
			l.cellBest[above] = max(l.cellBest[above], gain)
		}
	}
	return l
}

func (l *localiser) touches(n *Node) bool { return l.touching == nil || l.touching[n.Handle] }

func (l *localiser) setTouches(handles []int32) bool {
	return l.touching == nil || slices.ContainsFunc(handles, func(h int32) bool { return l.touching[h] })
}

// scattered reports whether the excess of a country or region is that of several
// separate cells, of which one alone would open an incident.
func (l *localiser) scattered(n *Node, gain float64) bool {
	return n.Level != Cell && l.cellBest[n.Handle] >= l.params.Needed+l.params.LevelPenalty[Cell] &&
		l.cellGain[n.Handle] > l.params.ScatterRatio*gain
}

// loose are the regions whose excess is not that of several separate cells.
func (l *localiser) loose(regions []Node) []Node {
	return slices.DeleteFunc(regions, func(n Node) bool { return l.scattered(&n, poissonScan(n.Observed, n.Expected)) })
}

// nearStrongest are the cells within reach of the one with the strongest excess:
// two towns with a fault each are two incidents.
func nearStrongest(cells []Node, reach float64) []Node {
	if len(cells) == 0 {
		return cells
	}
	best, most := 0, -1.
	for i := range cells {
		if gain := poissonScan(cells[i].Observed, cells[i].Expected); gain > most {
			best, most = i, gain
		}
	}
	center := cells[best].Center
	return slices.DeleteFunc(slices.Clone(cells), func(n Node) bool { return outage.Kilometres(center, n.Center) > reach })
}

func areaOf(level Level, some []Node) Area {
	s := Area{Level: level}
	for i := range some {
		s.Handles = append(s.Handles, some[i].Handle)
		s.Observed += some[i].Observed
		s.Expected += some[i].Expected
	}
	return s
}

func countLevels(nodes []Node) (regions, cells float64) {
	for i := range nodes {
		switch nodes[i].Level {
		case Region:
			regions++
		case Cell:
			cells++
		}
	}
	return regions, cells
}

// poissonScan is the expectation-based Poisson scan statistic (Neill 2009): the
// log-likelihood ratio of a count at its own rate and at the expected one. It is 0
// for less than one and a half times the expected.
func poissonScan(observed, expected float64) float64 {
	if observed <= 1.5*expected || expected <= 0 {
		return 0
	}
	return observed*math.Log(observed/expected) - (observed - expected)
}

func regionsOf(nodes []Node) []Node {
	var some []Node
	for _, n := range nodes {
		if n.Level == Region {
			some = append(some, n)
		}
	}
	return some
}

// metroByRegion groups the smallest cells by their region, in order of regions.
func metroByRegion(nodes []Node) [][]Node {
	var groups [][]Node
	for _, n := range nodes {
		if !n.Metro || n.Region < 0 {
			continue
		}
		for int(n.Region) >= len(groups) {
			groups = append(groups, nil)
		}
		groups[n.Region] = append(groups[n.Region], n)
	}
	return slices.DeleteFunc(groups, func(group []Node) bool { return len(group) == 0 })
}

// bestSet is the best set of at least two of the given nodes.
func bestSet(some []Node, prior float64) Area {
	slices.SortStableFunc(some, func(a, b Node) int {
		return cmp.Compare(b.Observed*a.Expected, a.Observed*b.Expected)
	})
	best := Area{score: math.Inf(-1)}
	var observed, expected float64
	size := 0
	for i := range some {
		observed += some[i].Observed
		expected += some[i].Expected
		if i == 0 {
			continue
		}
		gain := poissonScan(observed, expected)
		score := gain + prior - logChoose(len(some), i+1) - math.Log(float64(len(some)))
		if gain > 0 && score > best.score {
			best.score, size = score, i+1
		}
	}
	if size == 0 {
		return best
	}
	score := best.score
	best = areaOf(some[0].Level, some[:size])
	best.score = score
	return best
}

// logChoose is the log of the number of sets of k among n.
func logChoose(n, k int) float64 {
	all, _ := math.Lgamma(float64(n) + 1)
	in, _ := math.Lgamma(float64(k) + 1)
	out, _ := math.Lgamma(float64(n-k) + 1)
	return all - in - out
}
