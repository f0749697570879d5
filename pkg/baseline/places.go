package baseline

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Resolutions of the cells that are tested: metro cells, and their parents for sparse
// land and for cities larger than one cell.
const (
	MetroResolution  = 5
	SparseResolution = 4
)

// The key of a metro cell contains its region, in bits that no cell of that resolution
// uses: the last two digits of the index.
const (
	keyBits  = 0x3f
	noRegion = keyBits
)

// Metro is the key of the metro cell that contains a cell, within a region: its
// number in the country's order, -1 for none. A metro cell that straddles
// regions is a place in each, so that regions are counted exactly.
func Metro(cell outage.Cell, region int) outage.Cell {
	if cell == 0 {
		return 0
	}
	return cell.Parent(MetroResolution)&^keyBits | outage.Cell(region&keyBits)
}

// regionOf is the number that Metro put into a key.
func regionOf(key outage.Cell) int {
	if region := int(key & keyBits); region != noRegion {
		return region
	}
	return -1
}

// Handles of places. A handle numbers a place within its series: the whole country, then
// the regions in the country's order, then cells in order of their first report. Handles
// of cells change only as BlockResult.Moved says.
const (
	Whole   int32 = 0
	Nowhere int32 = -1
)

// Place is one node of the tree country, region, sparse cell, metro cell.
type Place struct {
	Key      outage.Cell // of a cell, 0 for the country and for regions
	Count    float32     // reporters learnt here, decayed
	Region   int32       // handle of the region, Nowhere when in none
	Parent   int32       // handle of the sparse cell above a metro cell, else Nowhere
	Seen     int32       // local day of the last report
	prior    float32     // pooled share of the country
	openCell int32       // 1 + its index in the cells of the open block, 0 for none
}

// Cell is the cell of a place, 0 for the country and for regions.
func (p Place) Cell() outage.Cell {
	if p.Key == 0 {
		return 0
	}
	return p.Key | keyBits
}

// places is the table of a series' places.
type places struct {
	list     []Place
	index    map[outage.Cell]int32
	regions  int
	total    float32 // reporters learnt, with and without a place
	unplaced float32
}

func newPlaces(regions int) places {
	p := places{list: make([]Place, 1+regions), index: make(map[outage.Cell]int32), regions: regions}
	for i := range p.list {
		p.list[i].Region, p.list[i].Parent = Nowhere, Nowhere
	}
	return p
}

// Places is the number of places; handles are below it.
func (s *Series) Places() int { return len(s.places.list) }

// Place is the place of a handle.
func (s *Series) Place(handle int32) Place { return s.places.list[handle] }

// Find is the handle of a metro cell by its key.
func (s *Series) Find(key outage.Cell) (int32, bool) {
	handle, ok := s.places.index[key]
	return handle, ok
}

// Add adds a place for a metro cell, and one for the sparse cell above it where that is
// new.
func (s *Series) Add(key outage.Cell, pool *Pool, now LocalTime) int32 {
	p := &s.places
	above := key.Parent(SparseResolution)
	parent, ok := p.index[above]
	if !ok {
		parent = p.insert(Place{Key: above, Region: Nowhere, Parent: Nowhere, Seen: int32(now.Day)}, pool)
	}
	region := Nowhere
	if number := regionOf(key); number >= 0 {
		region = int32(number) + 1
	}
	return p.insert(Place{Key: key, Region: region, Parent: parent, Seen: int32(now.Day)}, pool)
}

func (p *places) insert(place Place, pool *Pool) int32 {
	place.prior = pool.share(place.Key)
	handle := int32(len(p.list))
	p.list = append(p.list, place)
	p.index[place.Key] = handle
	return handle
}

// refresh copies the pooled shares last published.
func (p *places) refresh(pool *Pool) {
	for i := range p.list {
		place := &p.list[i]
		switch {
		case i == int(Whole):
			place.prior = 1
		case place.Key == 0:
			place.prior = pool.regionShare(i - 1)
		default:
			place.prior = pool.share(place.Key)
		}
	}
}

// add adds learnt reporters to a metro cell and the places above it.
func (p *places) add(handle int32, reporters float32) {
	for h := handle; h != Nowhere; h = p.list[h].Parent {
		p.list[h].Count += reporters
	}
	if region := p.list[handle].Region; region != Nowhere {
		p.list[region].Count += reporters
	}
	p.total += reporters
}

// decay decays the counts by a day, and drops cells that had no report since the given
// local day and are not active. It returns the new handle of each old one, or nil where
// nothing was dropped.
func (p *places) decay(keep float32, since int32, active func(int32) bool) []int32 {
	p.total *= keep
	p.unplaced *= keep
	idle := make([]bool, len(p.list))
	found := false
	for i := range p.list {
		place := &p.list[i]
		place.Count *= keep
		idle[i] = place.Key != 0 && place.Seen < since && !active(int32(i))
		found = found || idle[i]
	}
	if !found {
		return nil
	}
	for i, place := range p.list { // a sparse cell stays while a metro cell in it does
		if place.Parent != Nowhere && !idle[i] {
			idle[place.Parent] = false
		}
	}
	return p.compact(idle)
}

// compact drops the idle cells and preserves the order of the others.
func (p *places) compact(idle []bool) []int32 {
	moved := make([]int32, len(p.list))
	remaining := p.list[:0]
	for i, place := range p.list {
		if idle[i] {
			moved[i] = Nowhere
			delete(p.index, place.Key)
			continue
		}
		moved[i] = int32(len(remaining))
		remaining = append(remaining, place)
	}
	p.list = slices.Clip(remaining)
	for i := range p.list {
		place := &p.list[i]
		if place.Parent != Nowhere {
			place.Parent = moved[place.Parent]
		}
		if place.Key != 0 {
			p.index[place.Key] = int32(i)
		}
	}
	return moved
}
