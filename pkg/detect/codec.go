package detect

import (
	"encoding/binary"
	"errors"
)

var (
	order       = binary.LittleEndian
	errTooShort = errors.New("reading a detector: the state ends too early")
)

// savedBank is the fixed part of a saved bank; its live nodes follow.
type savedBank struct {
	Age    age
	Quiet  quiet
	Needed [levels]float64
	Nodes  uint32
	Live   uint32
}

type savedNode struct {
	Handle int32
	Run    run
}

// AppendState appends the state of the bank. The same state gives the same
// bytes. What can be worked out from the baseline is left out.
func (b *Bank) AppendState(to []byte) []byte {
	to = put(to, savedBank{
		Age: b.age, Quiet: b.quiet, Needed: b.needed,
		Nodes: uint32(len(b.nodes)), Live: uint32(len(b.live)),
	})
	for _, h := range b.live {
		to = put(to, savedNode{Handle: h, Run: b.state(&b.nodes[h]).run})
	}
	return to
}

// ReadBank reads what AppendState wrote and returns what follows it.
func ReadBank(params *Params, level func(handle int32) Level, from []byte) (*Bank, []byte, error) {
	b := NewBank(params, 0)
	var saved savedBank
	from, err := get(from, &saved)
	if err != nil {
		return nil, nil, err
	}
	const mostNodes = 1 << 16
	if saved.Nodes > mostNodes || saved.Live > saved.Nodes {
		return nil, nil, errors.New("reading a detector: it has more nodes than there are places")
	}
	b.age, b.quiet, b.needed = saved.Age, saved.Quiet, saved.Needed
	b.Grow(int(saved.Nodes), level)
	for range saved.Live {
		var n savedNode
		if from, err = get(from, &n); err != nil {
			return nil, nil, err
		}
		if n.Handle < 0 || int(n.Handle) >= len(b.nodes) {
			return nil, nil, errors.New("reading a detector: evidence lies in a node that does not exist")
		}
		if b.nodes[n.Handle].state != 0 {
			return nil, nil, errors.New("reading a detector: a node has evidence twice")
		}
		b.wake(&b.nodes[n.Handle])
		b.state(&b.nodes[n.Handle]).run = n.Run
		b.live = append(b.live, n.Handle)
	}
	return b, from, nil
}

// Nodes is the number of nodes; handles are below it.
func (b *Bank) Nodes() int { return len(b.nodes) }

func put(to []byte, value any) []byte {
	grown, err := binary.Append(to, order, value)
	if err != nil {
		panic(err) // a type without a fixed size: a mistake in this package
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
