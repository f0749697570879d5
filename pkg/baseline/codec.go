package baseline

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/open-downpour/downpour/pkg/outage"
)

var (
	order       = binary.LittleEndian
	errTooShort = errors.New("reading a baseline: the state ends too early")
)

// header is the counts of what follows the fixed part of a saved series.
type header struct {
	Places, Blocks uint32
	Total          float32
	Unplaced       float32
}

// savedPlace is the saved part of a Place; its prior comes from the pool.
type savedPlace struct {
	Key    outage.Cell
	Count  float32
	Region int16
	Parent int16
	Seen   int32
}

// AppendState appends the state of the series. The same state gives the same
// bytes.
func (s *Series) AppendState(to []byte) []byte {
	to = put(to, &s.stats)
	to = put(to, &s.level)
	to = put(to, header{
		Places: uint32(len(s.places.list)), Blocks: uint32(len(s.queue)),
		Total: s.places.total, Unplaced: s.places.unplaced,
	})
	for i := range s.places.list {
		p := &s.places.list[i]
		to = put(to, savedPlace{
			Key: p.Key, Count: p.Count, Region: int16(p.Region), Parent: int16(p.Parent), Seen: p.Seen,
		})
	}
	for i := range s.queue {
		to = s.queue[i].appendState(to)
	}
	to = s.open.appendState(to)
	to = put(put(to, &s.noise), uint32(len(s.windows)))
	return put(put(to, s.windows), s.prior)
}

func (w *waitingBlock) appendState(to []byte) []byte {
	to = put(to, &w.block)
	to = put(to, uint32(len(w.cells)))
	return put(to, w.cells)
}

// ReadSeries reads what AppendState wrote and returns what follows it. The pool must be
// the one that was saved with the series.
func ReadSeries(params Params, pool *Pool, from []byte) (*Series, []byte, error) {
	s, from, err := ReadSeriesV8(params, pool, from)
	if err != nil {
		return nil, nil, err
	}
	if from, err = get(from, &s.prior); err != nil {
		return nil, nil, err
	}
	if !s.prior.valid(&params) {
		return nil, nil, errors.New("reading a baseline: the prior is out of range")
	}
	return s, from, nil
}

// ReadSeriesV8 reads what AppendState wrote in versions 6 to 8, which is what it begins
// with in the current version, and returns what follows it.
func ReadSeriesV8(params Params, pool *Pool, from []byte) (*Series, []byte, error) {
	s, from, err := readSeries(params, pool, from, (*waitingBlock).read)
	if err != nil {
		return nil, nil, err
	}
	var windows uint32
	for _, part := range []any{&s.noise, &windows} {
		if from, err = get(from, part); err != nil {
			return nil, nil, err
		}
	}
	if int(windows) > len(s.places.list) {
		return nil, nil, errors.New("reading a baseline: more windows than places")
	}
	s.windows, from, err = getMany[window](from, windows)
	return s, from, err
}

// readSeries reads what all versions of the format have in common, with the blocks in
// the layout of one of them.
func readSeries(params Params, pool *Pool, from []byte, readBlock func(*waitingBlock, []byte, int) ([]byte, error)) (*Series, []byte, error) {
	s := &Series{params: params, prior: params.NewPrior(Peers{}), places: newPlaces(pool.Regions())}
	var head header
	var err error
	for _, part := range []any{&s.stats, &s.level, &head} {
		if from, err = get(from, part); err != nil {
			return nil, nil, err
		}
	}
	if from, err = s.readPlaces(head, pool, from); err != nil {
		return nil, nil, err
	}
	for range head.Blocks {
		var w waitingBlock
		if from, err = readBlock(&w, from, len(s.places.list)); err != nil {
			return nil, nil, err
		}
		s.queue = append(s.queue, w)
	}
	if from, err = readBlock(&s.open, from, len(s.places.list)); err != nil {
		return nil, nil, err
	}
	s.updateLocal(pool)
	for i, at := range s.open.cells {
		s.places.list[at.Handle].openCell = int32(i) + 1
	}
	return s, from, nil
}

func (s *Series) readPlaces(head header, pool *Pool, from []byte) ([]byte, error) {
	saved, from, err := getMany[savedPlace](from, head.Places)
	if err != nil {
		return nil, err
	}
	if len(saved) < 1+pool.Regions() {
		return nil, fmt.Errorf("reading a baseline: %d places, fewer than the country and its %d regions", len(saved), pool.Regions())
	}
	s.places.list = make([]Place, len(saved))
	for i, p := range saved {
		if !above(p.Region, i, len(saved)) || !above(p.Parent, i, len(saved)) {
			return nil, errors.New("reading a baseline: the parent or region of a place does not exist")
		}
		s.places.list[i] = Place{
			Key: p.Key, Count: p.Count, Region: int32(p.Region), Parent: int32(p.Parent), Seen: p.Seen,
		}
		if p.Key != 0 {
			s.places.index[p.Key] = int32(i)
		}
	}
	s.places.total, s.places.unplaced = head.Total, head.Unplaced
	s.places.refresh(pool)
	return from, nil
}

// above reports whether a handle may be that of the region or parent of the i-th place.
func above(handle int16, i, places int) bool {
	return int32(handle) == Nowhere || handle >= 0 && int(handle) < places && int(handle) != i
}

func (w *waitingBlock) read(from []byte, places int) ([]byte, error) {
	var cells uint32
	from, err := get(from, &w.block)
	if err != nil {
		return nil, err
	}
	if w.block.Slot >= slots {
		return nil, errors.New("reading a baseline: the slot of a block is not an hour of the week")
	}
	if from, err = get(from, &cells); err != nil {
		return nil, err
	}
	if w.cells, from, err = getMany[cellCount](from, cells); err != nil {
		return nil, err
	}
	for _, at := range w.cells {
		if at.Handle < 0 || int(at.Handle) >= places {
			return nil, errors.New("reading a baseline: the place of a count does not exist")
		}
	}
	return from, nil
}

// poolHeader is the fixed part of a saved pool.
type poolHeader struct {
	Curve [hours]float64
	Day   int64
	Cells uint32
	// Unseen and the shares that follow are those last published.
	Unseen          [2]float32
	Regions, Sparse uint32
}

type savedSparse struct {
	Cell  outage.Cell
	Share float32
}

// AppendState appends the state of the pool, the published shares included.
func (p *Pool) AppendState(to []byte) []byte {
	sparse := p.sortedSparse()
	to = put(to, poolHeader{
		Curve: p.Curve, Day: int64(p.day), Cells: uint32(len(p.cells)), Unseen: p.unseen,
		Regions: uint32(len(p.region)), Sparse: uint32(len(sparse)),
	})
	to = put(to, p.region)
	to = put(to, sparse)
	return put(to, p.cells)
}

func (p *Pool) sortedSparse() []savedSparse {
	sparse := make([]savedSparse, 0, len(p.sparse))
	for _, cell := range sortedCells(p.sparse) {
		sparse = append(sparse, savedSparse{Cell: cell, Share: p.sparse[cell]})
	}
	return sparse
}

// ReadPool reads what Pool.AppendState wrote and returns what follows it.
func ReadPool(params Params, land Land, from []byte) (*Pool, []byte, error) {
	var head poolHeader
	from, err := get(from, &head)
	if err != nil {
		return nil, nil, err
	}
	const most = 1 << 10
	if land.Regions == nil && head.Regions < most { // of a country that is not covered any more
		land.Regions = make([]int, head.Regions)
	}
	p := NewPool(params, land)
	if int(head.Regions) != len(land.Regions) {
		return nil, nil, fmt.Errorf("reading a pool: %d regions, the country has %d", head.Regions, len(land.Regions))
	}
	if p.region, from, err = getMany[float32](from, head.Regions); err != nil {
		return nil, nil, err
	}
	sparse, from, err := getMany[savedSparse](from, head.Sparse)
	if err != nil {
		return nil, nil, err
	}
	if p.cells, from, err = getMany[pooled](from, head.Cells); err != nil {
		return nil, nil, err
	}
	p.Curve, p.day, p.unseen = head.Curve, int(head.Day), head.Unseen
	for _, s := range sparse {
		p.sparse[s.Cell] = s.Share
	}
	for i := range p.cells {
		p.index[p.cells[i].Key] = int32(i)
	}
	return p, from, nil
}

func put(to []byte, value any) []byte {
	grown, err := binary.Append(to, order, value)
	if err != nil {
		panic(err) // a type without a fixed size: a bug in this package
	}
	return grown
}

func get(from []byte, into any) ([]byte, error) {
	n, err := binary.Decode(from, order, into)
	if err != nil {
		return nil, errTooShort
	}
	return from[n:], nil
}

func getMany[T any](from []byte, count uint32) ([]T, []byte, error) {
	var one T
	size := binary.Size(&one)
	if uint64(count)*uint64(size) > uint64(len(from)) {
		return nil, nil, errTooShort
	}
	many := make([]T, count)
	from, err := get(from, many)
	return many, from, err
}
