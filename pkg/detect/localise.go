package detect

import (
	"cmp"
	"math"
	"slices"
)

// Node is a part of the tree with its observed and expected reporters over a span
// that is the same for all nodes.
type Node struct {
	Handle   int32
	Level    Level
	Region   int32 // handle of its region, negative for none
	Metro    bool  // one of the smallest cells, which do not overlap
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

// Localise finds the part of the tree that explains the counts best: the whole
// country, a region, a cell, several regions, or several cells of one region.
// The first node is the country, which is also the result where nothing is
// unusual.
//
// A place is scored by the expectation-based Poisson scan statistic (Neill 2009)
// and the log of its prior. Of sets only those of the highest ratios are tried,
// which finds the best set for scores of this kind (fast subset scan, Neill 2012).
// Their prior is divided among all sets of the same size, so that selecting the
// noisiest cells after the fact gains nothing.
func Localise(p *Params, nodes []Node) Area {
	best := areaOf(Country, nodes[:1])
	best.score = math.Inf(-1)
	regions, cells := countLevels(nodes)
	prior := [levels]float64{
		math.Log(p.PriorCountry),
		math.Log(p.PriorRegions / max(1, regions)),
		math.Log(p.PriorCells / max(1, cells)),
	}
	for i := range nodes {
		n := &nodes[i]
		gain := poissonScan(n.Observed, n.Expected)
		if score := gain + prior[n.Level]; gain > 0 && score > best.score {
			best = areaOf(n.Level, nodes[i:i+1])
			best.score = score
		}
	}
	single := best.score
	consider := func(some []Node, prior float64) {
		set := bestSet(some, prior)
		if set.score > max(best.score, single+p.SetsMustBeatBy) {
			best = set
		}
	}
	consider(regionsOf(nodes), math.Log(p.PriorSets))
	for _, within := range metroByRegion(nodes) {
		consider(within, math.Log(p.PriorSets/max(1, regions)))
	}
	slices.Sort(best.Handles)
	return best
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
	var metro []Node
	for _, n := range nodes {
		if n.Metro && n.Region >= 0 {
			metro = append(metro, n)
		}
	}
	slices.SortStableFunc(metro, func(a, b Node) int { return cmp.Compare(a.Region, b.Region) })
	var groups [][]Node
	for from := 0; from < len(metro); {
		to := from
		for to < len(metro) && metro[to].Region == metro[from].Region {
			to++
		}
		groups = append(groups, metro[from:to])
		from = to
	}
	return groups
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
