package engine

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	blocksFor     = 360  // minutes for which parts are retained
	mostParts     = 1024 // parts retained, the newest
	mostPerMinute = 512  // parts retained of one minute, the largest
)

// blockPart is the judged reporters of a metro cell in one minute that came from one
// block of networks. It has a fixed size.
type blockPart struct {
	Minute outage.Minute
	Key    outage.Cell // of the metro cell, 0 for no place
	Block  uint64      // 0 where the block is not known
	Milli  uint32      // thousandths of a reporter
}

// blocks are the parts of the last minutes, oldest first.
type blocks struct {
	parts   []blockPart
	current []blockPart // of the current minute
}

// vouched is the block of reporters that an importer vouches for. It never counts as
// the largest, because such reporters are trusted.
const vouched = math.MaxUint64

// add adds the blocks of a count. Reporters of unknown blocks count as one block, so
// that they alone never open an incident.
func (b *blocks) add(key outage.Cell, count *outage.Judged) {
	rest := float64(count.Reporters - count.Vouched)
	if count.Vouched > 0 {
		b.current = append(b.current, blockPart{Key: key, Block: vouched, Milli: milli(float64(count.Vouched))})
	}
	for _, share := range count.Blocks {
		rest -= share.Reporters
		b.current = append(b.current, blockPart{Key: key, Block: share.Block, Milli: milli(share.Reporters)})
	}
	const rounding = .5 // Reporters is an integer, shares are not
	if rest > rounding {
		b.current = append(b.current, blockPart{Key: key, Milli: milli(rest)})
	}
}

func milli(reporters float64) uint32 {
	return uint32(min(max(0, math.Round(reporters*1000)), math.MaxUint32))
}

// advance ends the current minute and drops old ones. Of a minute with very many parts
// only the largest are retained.
func (b *blocks) advance(minute outage.Minute) {
	byPlace := func(x, y blockPart) int { return cmp.Or(cmp.Compare(x.Key, y.Key), cmp.Compare(x.Block, y.Block)) }
	slices.SortFunc(b.current, byPlace)
	merged := b.current[:0]
	for _, part := range b.current {
		part.Minute = minute
		if last := len(merged) - 1; last >= 0 && merged[last].Key == part.Key && merged[last].Block == part.Block {
			merged[last].Milli += part.Milli
			continue
		}
		merged = append(merged, part)
	}
	if len(merged) > mostPerMinute {
		slices.SortStableFunc(merged, func(x, y blockPart) int { return cmp.Compare(y.Milli, x.Milli) })
		merged = merged[:mostPerMinute]
		slices.SortFunc(merged, byPlace)
	}
	b.parts = append(b.parts, merged...)
	b.current = b.current[:0]
	old := max(0, len(b.parts)-mostParts)
	for old < len(b.parts) && b.parts[old].Minute <= minute-blocksFor {
		old++
	}
	b.parts = append(b.parts[:0], b.parts[old:]...)
}

// largest is how many reporters of an excursion came from its largest block of networks.
// Minutes older than the retained ones are assumed to have the same distribution; an
// excursion without retained parts is assumed to come from one block.
func (b *blocks) largest(t *tree, alarm detect.Alarm) float64 {
	sums := map[uint64]float64{}
	all, most := 0., 0.
	for _, part := range b.parts {
		if part.Minute < alarm.Since || !t.within(part.Key, alarm.Handle) {
			continue
		}
		sums[part.Block] += float64(part.Milli)
		all += float64(part.Milli)
		if part.Block != vouched {
			most = max(most, sums[part.Block])
		}
	}
	if all == 0 {
		return float64(alarm.Observed)
	}
	return float64(alarm.Observed) * most / all
}

func (b *blocks) appendState(to []byte) []byte {
	return put(put(to, uint32(len(b.parts))), b.parts)
}

func (b *blocks) read(from []byte) ([]byte, error) {
	var length uint32
	n, err := binary.Decode(from, order, &length)
	if err != nil || length > blocksFor*mostPerMinute {
		return nil, errTooShort
	}
	b.parts = make([]blockPart, length)
	m, err := binary.Decode(from[n:], order, b.parts)
	if err != nil {
		return nil, errTooShort
	}
	return from[n+m:], nil
}
