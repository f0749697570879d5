package suppression

import (
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// reference is the rule of the public table written with maps, one level after the other: slow
// and plain. It gives what each node shows of its own, and what is held back.
func reference(leaves []Leaf, open bool, least int64) (shown map[Node]Tally, held int64) {
	shown = map[Node]Tally{}
	networks := map[Node]int64{}
	var byLevel [levels + 1]map[Node]Tally
	var before [levels + 1]map[Node]int64 // live reports of the open quarter hour
	for level := range byLevel {
		byLevel[level], before[level] = map[Node]Tally{}, map[Node]int64{}
	}
	for _, leaf := range leaves {
		at := leaf.Node
		if at == (Node{}) {
			continue
		}
		byLevel[at.level()][at] = byLevel[at.level()][at].Plus(leaf.Tally)
		before[at.level()][at] += leaf.Live
		for ; at != (Node{}); at = at.parent() {
			networks[at] += leaf.Networks[networksIn(at.level())]
		}
	}
	above := func(at Node) (Node, int) {
		parent := at.parent()
		if parent.Region == "" {
			return parent, levels
		}
		return parent, parent.level()
	}
	steps := func(n, first int64) int64 {
		switch {
		case n >= 2*least:
			return n/least*least - least
		case n >= first:
			return least
		}
		return 0
	}
	first := least
	for level := range levels {
		for at, live := range before[level] {
			if parent, to := above(at); live > 0 && (live < least || networks[at] < outage.LeastNetworks) {
				before[to][parent] += live
			}
		}
		for at, t := range byLevel[level] {
			n := int64(0)
			switch was := steps(before[level][at], first); {
			case networks[at] < outage.LeastNetworks || t.N < least:
			case open:
				n = steps(t.N, first)
			case t.N > was && t.N < was+least:
				n = was
			default:
				n = t.N
			}
			judged := int64(0)
			if n > 0 {
				judged = t.Judged * n / t.N
				shown[at] = shown[at].Plus(Tally{N: n, Judged: judged})
			}
			switch rest := t.N - n; {
			case open && t.N >= least && networks[at] >= outage.LeastNetworks:
				held += rest
			case rest != 0:
				parent, to := above(at)
				byLevel[to][parent] = byLevel[to][parent].Plus(Tally{N: rest, Judged: t.Judged - judged})
			}
		}
		first = 2 * least
	}
	return shown, held / least * least
}

// kolkata is a cell of resolution 3.
const kolkata outage.Cell = 0x833cf3fffffffff

// below is a cell of resolution 6 under kolkata.
func below(digits ...outage.Cell) outage.Cell {
	cell := kolkata&^(0xf<<52) | 6<<52
	for i, digit := range digits {
		shift := 3 * (15 - outage.CellCoarse - 1 - i)
		cell = cell&^(7<<shift) | digit<<shift
	}
	return cell
}

func randomLeaf(random *rand.Rand) Leaf {
	leaf := Leaf{Node: Node{Region: "IN-WB"}}
	if random.IntN(5) == 0 {
		leaf.Region = "IN-JH"
	}
	if random.IntN(4) > 0 {
		leaf.District = []outage.District{"a", "b", "c"}[random.IntN(3)]
	}
	if random.IntN(5) > 0 {
		few := func() outage.Cell { return outage.Cell(min(random.IntN(7), random.IntN(7))) }
		leaf.Cell = below(few(), few(), few())
	}
	if random.IntN(12) == 0 {
		leaf.Node = Node{}
	}
	leaf.N = 1 + random.Int64N(1+random.Int64N(9))
	leaf.Judged = random.Int64N(leaf.N*Milli + 1)
	keyed := random.Int64N(leaf.N+1) * random.Int64N(2)
	leaf.Live = leaf.N - keyed
	leaf.Networks = (outage.NodeSet(random.IntN(1 << outage.NodeLevels))).Counts(1)
	for level := range leaf.Networks {
		leaf.Networks[level] += keyed
	}
	return leaf
}

// A table shows what the plain form of the rule does, over many random quarter hours.
func TestTableFollowsTheReference(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for range 2000 {
		least, open := 2+random.Int64N(4), random.IntN(3) == 0
		table, want, held := NewTable(Least(least)), map[Node]Tally{}, int64(0)
		total := int64(0)
		for range 1 + random.IntN(3) {
			var leaves []Leaf
			for range random.IntN(60) {
				leaves = append(leaves, randomLeaf(random))
				total += leaves[len(leaves)-1].N
			}
			shown, back := reference(leaves, open, least)
			held += back
			for at, n := range shown {
				want[at] = want[at].Plus(n)
			}
			table.Add(leaves, open)
		}
		if !maps.Equal(table.Shown(), want) {
			t.Fatalf("least %d, open %t: %v, want %v", least, open, table.Shown(), want)
		}
		if got := table.At(outage.CellFine); got.NotYetPlaced != held || got.Total != total {
			t.Fatalf("least %d, open %t: %d of %d are held back, want %d of %d", least, open, got.NotYetPlaced, got.Total, held, total)
		}
	}
}

// The rows of every level are sums over the rows of the table, none under the minimum, and
// with what has no place they are no more than there is.
func TestLevelsAreSumsOfRows(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	for range 300 {
		table := NewTable(3)
		var leaves []Leaf
		for range random.IntN(80) {
			leaves = append(leaves, randomLeaf(random))
		}
		table.Add(leaves, false)
		for _, level := range []int{outage.LevelRegion, outage.LevelDistrict, 3, 4, 5, 6} {
			got, sum := table.At(level), int64(0)
			for _, row := range got.Rows {
				sum += row.Reports
				if row.Reports < 3 || level >= outage.CellCoarse && row.Cell.Resolution() != level || level < outage.CellCoarse && row.Cell != 0 {
					t.Errorf("level %d has a row %+v", level, row)
				}
			}
			if sum+got.Unplaced > got.Total {
				t.Errorf("level %d: rows of %d and %d without a place are more than %d", level, sum, got.Unplaced, got.Total)
			}
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	var leaves []Leaf
	for range 200 {
		leaves = append(leaves, randomLeaf(random))
	}
	table := NewTable(3)
	for b.Loop() {
		table.Add(leaves, false)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(leaves)), "ns/leaf")
}
