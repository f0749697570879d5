package baseline

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Land is what a pool must know of a country's geography: how much land there
// is, so that a place without any history still has a share.
type Land struct {
	Regions []int // metro cells of each region, in the country's order
	Metro   int   // metro cells of the country
	Sparse  int   // sparse cells of the country
}

// Pool is what all services of one country have in common: the hours of the
// day, and where people are. Series read what was last published; what they
// learnt meanwhile is not seen before the next Publish.
type Pool struct {
	// Curve compares each local hour with the mean of the day.
	Curve [hours]float64

	land   Land
	weight float64
	cells  []pooled // sorted by key; the zero key is reporters without a place
	index  map[outage.Cell]int32
	sparse map[outage.Cell]float32 // published share
	region []float32               // published share
	unseen [2]float32              // published shares of a metro and a sparse cell nobody reported from
	day    int
}

type pooled struct {
	Key       outage.Cell
	Reporters float32
	Share     float32
}

// NewPool is the pool of a country of which nothing was learnt yet: a flat day,
// and people spread evenly over the land.
func NewPool(params Params, land Land) *Pool {
	p := &Pool{land: land, weight: params.PoolWeight, index: make(map[outage.Cell]int32)}
	for i := range p.Curve {
		p.Curve[i] = 1
	}
	p.publishShares()
	return p
}

func (p *Pool) regions() int { return len(p.land.Regions) }

func (p *Pool) regionShare(region int) float32 { return p.region[region] }

// share is the published share of a metro or sparse cell.
func (p *Pool) share(cell outage.Cell) float32 {
	if cell.Resolution() == SparseResolution {
		if share, ok := p.sparse[cell]; ok {
			return share
		}
		return p.unseen[1]
	}
	if at, ok := p.index[cell]; ok && p.cells[at].Share > 0 {
		return p.cells[at].Share
	}
	return p.unseen[0]
}

// Add takes in what a series learnt of one metro cell.
func (p *Pool) Add(deposit PoolCount) {
	at, ok := p.index[deposit.Key]
	if !ok {
		at = int32(len(p.cells))
		p.index[deposit.Key] = at
		p.cells = append(p.cells, pooled{Key: deposit.Key})
	}
	p.cells[at].Reporters += deposit.Reporters
}

// Publish makes what was learnt visible: it is due when a local hour begins.
// Every series must then be told (Republished).
func (p *Pool) Publish(now LocalTime, series []*Series) {
	if now.Day != p.day {
		p.day = now.Day
		keep := float32(math.Exp2(-1. / 28))
		for i := range p.cells {
			p.cells[i].Reporters *= keep
		}
	}
	p.sortCells()
	p.publishShares()
	p.publishCurve(series)
}

func (p *Pool) sortCells() {
	slices.SortFunc(p.cells, func(a, b pooled) int { return cmp.Compare(a.Key, b.Key) })
	for i := range p.cells {
		p.index[p.cells[i].Key] = int32(i)
	}
}

// publishShares mixes the pooled counts with a prior spread evenly over land.
func (p *Pool) publishShares() {
	total := p.weight
	for i := range p.cells {
		total += float64(p.cells[i].Reporters)
	}
	perMetro := p.weight / float64(max(1, p.land.Metro)) / total
	perSparse := p.weight / float64(max(1, p.land.Sparse)) / total
	p.unseen = [2]float32{float32(perMetro), float32(perSparse)}
	p.sparse = make(map[outage.Cell]float32, len(p.sparse))
	p.region = make([]float32, len(p.land.Regions))
	for i, metro := range p.land.Regions {
		p.region[i] = float32(float64(metro) * perMetro)
	}
	for i := range p.cells {
		c := &p.cells[i]
		share := float64(c.Reporters) / total
		if c.Key == 0 {
			c.Share = float32(share)
			continue
		}
		c.Share = float32(share + perMetro)
		above := c.Key.Parent(SparseResolution)
		if _, ok := p.sparse[above]; !ok {
			p.sparse[above] = float32(perSparse)
		}
		p.sparse[above] += float32(share)
		if region := regionOf(c.Key); region >= 0 && region < len(p.region) {
			p.region[region] += float32(share)
		}
	}
}

// publishCurve is the geometric mean of the services' hours of the day. A
// service weighs by how much it has learnt, a large one no more than others.
func (p *Pool) publishCurve(series []*Series) {
	var logs [hours]float64
	weights := 1.
	for _, s := range series {
		weight := s.stats.Count / (s.stats.Count + 200)
		base := s.base()
		for h := range logs {
			shape := (float64(s.stats.HourCount[h]) + 20) / (float64(s.stats.HourMinutes[h])*base + 20)
			logs[h] += weight * math.Log(shape)
		}
		weights += weight
	}
	mean := 0.
	for h := range logs {
		p.Curve[h] = math.Exp(logs[h] / weights)
		mean += p.Curve[h] / hours
	}
	for h := range p.Curve {
		p.Curve[h] /= mean
	}
}

func sortedCells(shares map[outage.Cell]float32) []outage.Cell {
	return slices.Sorted(maps.Keys(shares))
}
