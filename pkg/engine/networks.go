package engine

import (
	"encoding/binary"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

const halfHour = 30 // minutes

// networks is how many networks, and which blocks of them, the reports of each node
// come from. Excursions that too few networks support open nothing.
type networks struct {
	required uint16         // see Config.Networks; 0 turns the checks off
	byHandle []networkCount // by handle
	blocks   blocks
}

// networkCount is the number of networks that the reports of a place came from, in the
// aligned half hour before and in the current one. The caller counts a network once in a
// half hour, so that one network adds at most one to either. It is saved as it is.
type networkCount struct{ Before, Now uint16 }

// add adds networks of the current minute to nodes.
func (n *networks) add(count uint32, handles ...int32) {
	for _, h := range handles {
		if h != baseline.Nowhere && count > 0 {
			now := &n.byHandle[h].Now
			*now = uint16(min(uint32(*now)+count, 1<<16-1))
		}
	}
}

// addBlocks adds the blocks of a count in a metro cell.
func (n *networks) addBlocks(metro outage.Cell, count *outage.Judged) {
	if n.required > 0 && count.Reporters > 0 {
		n.blocks.add(metro, count)
	}
}

// advance ends the current minute of the blocks, and begins a half hour where one
// begins.
func (n *networks) advance(minute outage.Minute) {
	if minute.Floor(halfHour) == minute {
		for h := range n.byHandle {
			n.byHandle[h] = networkCount{Before: n.byHandle[h].Now}
		}
	}
	n.blocks.advance(minute)
}

// grow makes room for so many handles.
func (n *networks) grow(places int) {
	for len(n.byHandle) < places {
		n.byHandle = append(n.byHandle, networkCount{})
	}
}

// renumber gives the nodes new handles.
func (n *networks) renumber(moved []int32) {
	remaining := n.byHandle[:0]
	for h, count := range n.byHandle {
		if moved[h] >= 0 {
			remaining = append(remaining, count)
		}
	}
	n.byHandle = remaining
}

// support reports whether the reporters of an excursion came from enough networks, and
// whether it would open an incident without its largest block of networks. It then opens
// without any single network too, because a network is part of a block.
func (n *networks) support(t *tree, alarm detect.Alarm) bool {
	count := n.byHandle[alarm.Handle]
	if n.required == 0 {
		return alarm.StandsWithout(0)
	}
	return max(count.Before, count.Now) >= n.required && alarm.StandsWithout(n.blocks.largest(t, alarm))
}

// evidence is the evidence of an excursion for the public status, as a part of what
// opening takes: without its largest block of networks, where networks are known.
func (n *networks) evidence(t *tree, alarm detect.Alarm) float64 {
	if n.required == 0 {
		return alarm.Part(0)
	}
	return alarm.Part(n.blocks.largest(t, alarm))
}

// readCounts reads the counts of all places and returns what follows them.
func (n *networks) readCounts(from []byte, places int) ([]byte, error) {
	n.byHandle = make([]networkCount, places)
	size, err := binary.Decode(from, order, n.byHandle)
	if err != nil {
		return nil, errTooShort
	}
	return from[size:], nil
}
