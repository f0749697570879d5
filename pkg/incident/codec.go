package incident

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

var errTooShort = errors.New("reading an incident: the state ends too early")

// AppendState appends the state of the incident. The same state gives the same bytes.
func (l *Lifecycle) AppendState(to []byte) []byte {
	if l.current.ID == "" {
		return append(to, 0)
	}
	to = append(to, 1)
	public, err := json.Marshal(l.current)
	if err != nil {
		panic(err) // a type that cannot be encoded: a bug in package outage
	}
	to = binary.LittleEndian.AppendUint32(to, uint32(len(public)))
	to = append(to, public...)
	to = binary.LittleEndian.AppendUint32(to, uint32(len(l.handles)))
	for _, part := range []any{l.handles, uint32(len(l.regions)), l.regions, &l.progress} {
		if to, err = binary.Append(to, binary.LittleEndian, part); err != nil {
			panic(err) // a type without a fixed size: a bug in this package
		}
	}
	return to
}

// ReadLifecycle reads what AppendState wrote and returns what follows it. Handles
// are checked to be below the given number.
func ReadLifecycle(params *Params, handles int, from []byte) (*Lifecycle, []byte, error) {
	l := NewLifecycle(params)
	known, from, err := l.readPublic(handles, from)
	if err != nil || !known {
		return l, from, err
	}
	if l.regions, from, err = readRegions[region](from); err != nil {
		return nil, nil, err
	}
	n, err := binary.Decode(from, binary.LittleEndian, &l.progress)
	if err != nil {
		return nil, nil, errTooShort
	}
	if err := l.check(handles); err != nil {
		return nil, nil, err
	}
	return l, from[n:], nil
}

// readPublic reads the incident and its handles, which all versions of the format
// have in common; false where there has been no incident yet.
func (l *Lifecycle) readPublic(handles int, from []byte) (known bool, rest []byte, err error) {
	if len(from) < 1 {
		return false, nil, errTooShort
	}
	if from[0] == 0 {
		return false, from[1:], nil
	}
	public, from, err := sized(from[1:], 1)
	if err != nil {
		return false, nil, err
	}
	if err := json.Unmarshal(public, &l.current); err != nil {
		return false, nil, fmt.Errorf("reading an incident: %w", err)
	}
	const handleBytes = 4
	raw, from, err := sized(from, handleBytes)
	if err != nil {
		return false, nil, err
	}
	for ; len(raw) > 0; raw = raw[handleBytes:] {
		h := int32(binary.LittleEndian.Uint32(raw))
		if h < 0 || int(h) >= handles {
			return false, nil, errors.New("reading an incident: a place of the footprint does not exist")
		}
		l.handles = append(l.handles, h)
	}
	return true, from, nil
}

// readRegions reads a counted list of regions in the layout of a version.
func readRegions[T any](from []byte) ([]T, []byte, error) {
	raw, from, err := sized(from, binary.Size(new(T)))
	if err != nil {
		return nil, nil, err
	}
	regions := make([]T, len(raw)/binary.Size(new(T)))
	if _, err := binary.Decode(raw, binary.LittleEndian, regions); err != nil {
		return nil, nil, errTooShort
	}
	return regions, from, nil
}

// check rejects an invalid state.
func (l *Lifecycle) check(handles int) error {
	if l.current.ID == "" {
		return errors.New("reading an incident: it has no id")
	}
	if l.progress.Closed < 0 {
		return errors.New("reading an incident: the time of its end is negative")
	}
	if !l.progress.Recovery.valid() {
		return errors.New("reading an incident: its window is too long")
	}
	for i := range l.regions {
		if h := l.regions[i].Handle; h < 0 || int(h) >= handles {
			return errors.New("reading an incident: a region of the footprint does not exist")
		}
		if !l.regions[i].Recovery.valid() {
			return errors.New("reading an incident: the window of a region is too long")
		}
	}
	return nil
}

func (t *recoveryTest) valid() bool { return t.Seen >= 0 && t.Seen <= windowMinutes }

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
