package baseline

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Land is the size of a country's land and of its regions, from which a place without
// history gets a share.
type Land struct {
	Regions []int // metro cells of each region, in the country's order
	Metro   int   // metro cells of the country
	Sparse  int   // sparse cells of the country
}

// Pool is the prior that all services of one country share: the hours of the day, and
// the distribution of people. Series read the values last published; what they learn is
// not visible before the next Publish.
type Pool struct {
	// Curve compares each local hour with the mean of the day.
	Curve [hours]float64

	land   Land
	weight float64
	cells  []pooled // sorted by key; the zero key is reporters without a place
	index  map[outage.Cell]int32
	sparse map[outage.Cell]float32 // published share
	region []float32               // published share
	unseen [2]float32              // published shares of a metro and a sparse cell without reports
	day    int
	zones  *Zones // nil where all regions share one zone
}

type pooled struct {
	Key       outage.Cell
	Reporters float32
	Share     float32
}

// NewPool is the pool of a country without data: a flat day, and people spread evenly
// over the land.
func NewPool(params Params, land Land) *Pool {
	p := &Pool{land: land, weight: params.PoolWeight, index: make(map[outage.Cell]int32)}
	for i := range p.Curve {
		p.Curve[i] = 1
	}
	p.publishShares()
	return p
}

// Regions is the number of regions of the country.
func (p *Pool) Regions() int { return len(p.land.Regions) }

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

// Add adds the reporters that a series learnt in one metro cell.
func (p *Pool) Add(count PoolCount) {
	at, ok := p.index[count.Key]
	if !ok {
		at = int32(len(p.cells))
		p.index[count.Key] = at
		p.cells = append(p.cells, pooled{Key: count.Key})
	}
	p.cells[at].Reporters += count.Reporters
}

// Publish makes the learnt counts visible. It is called once an hour; every series must
// then call RefreshShares.
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

// publishShares combines the pooled counts with a prior spread evenly over the land.
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

// publishCurve sets Curve to the geometric mean of the services' hours of the day. The
// weight of a service grows with its reporters up to 1.
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
