package detect

import (
	"encoding/binary"
	"errors"
)

var (
	order       = binary.LittleEndian
	errTooShort = errors.New("reading charts: the state is too short")
)

// savedCharts is the fixed part of the saved state; the active nodes follow.
type savedCharts struct {
	Age        age
	Country    excursion // of the whole country, open incidents included
	Recurrence recurrence
	Cold       coldCounts
	Nodes      uint32
	Active     uint32
}

type savedNode struct {
	Handle    int32
	Excursion excursion
}

// AppendState appends the state of the charts. The same state gives the same
// bytes. The weights are left out, because they follow from the baseline.
func (c *Charts) AppendState(to []byte) []byte {
	to = put(to, savedCharts{
		Age: c.age, Country: c.country.excursion, Recurrence: c.recurrence, Cold: c.cold,
		Nodes: uint32(len(c.nodes)), Active: uint32(len(c.active)),
	})
	for _, h := range c.active {
		to = put(to, savedNode{Handle: h, Excursion: c.state(&c.nodes[h]).excursion})
	}
	return to
}

// ReadCharts reads what AppendState wrote and returns what follows it.
func ReadCharts(params *Params, level func(handle int32) Level, from []byte) (*Charts, []byte, error) {
	var saved savedCharts
	from, err := get(from, &saved)
	if err != nil {
		return nil, nil, err
	}
	return readNodes(params, level, saved, from)
}

// readNodes reads the active nodes that follow the fixed part.
func readNodes(params *Params, level func(handle int32) Level, saved savedCharts, from []byte) (*Charts, []byte, error) {
	c := NewCharts(params, 0)
	const mostNodes = 1 << 16
	if saved.Nodes > mostNodes || saved.Active > saved.Nodes {
		return nil, nil, errors.New("reading charts: more nodes than places")
	}
	c.age, c.country.excursion, c.recurrence, c.cold = saved.Age, saved.Country, saved.Recurrence, saved.Cold
	c.Grow(int(saved.Nodes), level)
	for range saved.Active {
		var n savedNode
		var err error
		if from, err = get(from, &n); err != nil {
			return nil, nil, err
		}
		if n.Handle < 0 || int(n.Handle) >= len(c.nodes) {
			return nil, nil, errors.New("reading charts: evidence of an unknown node")
		}
		node := &c.nodes[n.Handle]
		if node.state != 0 {
			return nil, nil, errors.New("reading charts: two states of one node")
		}
		c.allocate(node)
		c.state(node).excursion = n.Excursion
		c.largest.record(node.level, n.Excursion.largest())
		c.active = append(c.active, n.Handle)
	}
	return c, from, nil
}

// Nodes is the number of nodes; handles are below it.
func (c *Charts) Nodes() int { return len(c.nodes) }

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
