package incident

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

var errTooShort = errors.New("reading an incident: the state ends too early")

// AppendState appends the state of the case. The same state gives the same
// bytes.
func (c *Case) AppendState(to []byte) []byte {
	if c.current.ID == "" {
		return append(to, 0)
	}
	to = append(to, 1)
	public, err := json.Marshal(c.current)
	if err != nil {
		panic(err) // a type that cannot be written: a mistake in the vocabulary
	}
	to = binary.LittleEndian.AppendUint32(to, uint32(len(public)))
	to = append(to, public...)
	to = binary.LittleEndian.AppendUint32(to, uint32(len(c.handles)))
	for _, part := range []any{c.handles, uint32(len(c.regions)), c.regions, &c.state} {
		if to, err = binary.Append(to, binary.LittleEndian, part); err != nil {
			panic(err) // a type without a fixed size: a mistake in this package
		}
	}
	return to
}

// ReadCase reads what AppendState wrote and returns what follows it. Handles
// are checked to be below the given number.
func ReadCase(params *Params, handles int, from []byte) (*Case, []byte, error) {
	c := NewCase(params)
	if len(from) < 1 {
		return nil, nil, errTooShort
	}
	if from[0] == 0 {
		return c, from[1:], nil
	}
	public, from, err := sized(from[1:], 1)
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(public, &c.current); err != nil {
		return nil, nil, fmt.Errorf("reading an incident: %w", err)
	}
	const handleBytes = 4
	raw, from, err := sized(from, handleBytes)
	if err != nil {
		return nil, nil, err
	}
	for ; len(raw) > 0; raw = raw[handleBytes:] {
		h := int32(binary.LittleEndian.Uint32(raw))
		if h < 0 || int(h) >= handles {
			return nil, nil, errors.New("reading an incident: it lies in a place that does not exist")
		}
		c.handles = append(c.handles, h)
	}
	if from, err = c.readRegions(handles, from); err != nil {
		return nil, nil, err
	}
	n, err := binary.Decode(from, binary.LittleEndian, &c.state)
	if err != nil {
		return nil, nil, errTooShort
	}
	return c, from[n:], nil
}

func (c *Case) readRegions(handles int, from []byte) ([]byte, error) {
	raw, from, err := sized(from, binary.Size(region{}))
	if err != nil {
		return nil, err
	}
	c.regions = make([]region, len(raw)/binary.Size(region{}))
	if _, err := binary.Decode(raw, binary.LittleEndian, c.regions); err != nil {
		return nil, errTooShort
	}
	for i := range c.regions {
		if h := c.regions[i].Handle; h < 0 || int(h) >= handles {
			return nil, errors.New("reading an incident: it lies in a region that does not exist")
		}
	}
	return from, nil
}

// sized cuts off a part that is preceded by its number of items.
func sized(from []byte, itemBytes int) (part, rest []byte, err error) {
	if len(from) < 4 {
		return nil, nil, errTooShort
	}
	size := uint64(binary.LittleEndian.Uint32(from)) * uint64(itemBytes)
	from = from[4:]
	if size > uint64(len(from)) {
		return nil, nil, errTooShort
	}
	return from[:size], from[size:], nil
}
