package engine

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// appendAccess appends the networks of all countries and the named counts of all series.
func (e *Engine) appendAccess(to []byte) []byte {
	for _, code := range e.codes {
		o := &e.countries[code].access
		to = order.AppendUint32(to, uint32(len(o.names)))
		for i, name := range o.names {
			to = append(append(to, byte(len(name))), name...)
			to = put(to, o.counts[i])
		}
	}
	for _, s := range e.ordered {
		to = order.AppendUint32(to, uint32(len(s.access.recent)))
		to = put(put(to, s.access.recent), s.access.ordinary)
	}
	return to
}

// readAccess reads what appendAccess wrote, for the series that were read before.
func (e *Engine) readAccess(from []byte) ([]byte, error) {
	var err error
	for _, code := range e.codes {
		if from, err = e.countries[code].access.read(from); err != nil {
			return nil, err
		}
	}
	for _, s := range e.ordered {
		if from, err = s.readAccess(from); err != nil {
			return nil, err
		}
	}
	return from, nil
}

func (o *ordinaryAccess) read(from []byte) ([]byte, error) {
	if len(from) < 4 {
		return nil, errTooShort
	}
	count := order.Uint32(from)
	from, *o = from[4:], ordinaryAccess{}
	for range count {
		const fixed = 1 + 8
		if len(from) < fixed || len(from) < fixed+int(from[0]) {
			return nil, errTooShort
		}
		name, rest := string(from[1:1+from[0]]), from[1+from[0]:]
		n := math.Float64frombits(order.Uint64(rest))
		if from = rest[8:]; len(o.names) == 0 && name != "" || slices.Contains(o.names, name) || !(n >= 0) || math.IsInf(n, 0) {
			return nil, errors.New("reading an engine: its access networks cannot be")
		}
		o.names, o.counts = append(o.names, name), append(o.counts, n)
	}
	if len(o.names) == 0 || len(o.names) > symptomOther {
		return nil, errors.New("reading an engine: the number of access networks is out of range")
	}
	return from, nil
}

func (s *series) readAccess(from []byte) ([]byte, error) {
	if len(from) < 4 {
		return nil, errTooShort
	}
	size := binary.Size(namedCount{})
	count := int(order.Uint32(from))
	if from = from[4:]; len(from)/size < count {
		return nil, errTooShort
	}
	s.access.recent = make([]namedCount, count)
	n, _ := binary.Decode(from, order, s.access.recent)
	for i, c := range s.access.recent {
		known := int(c.What) < len(s.country.access.names) || c.What >= symptomOther
		if !known || !possible(c.Minute) || i > 0 && !before(s.access.recent[i-1], c) {
			return nil, errors.New("reading an engine: a named count cannot be")
		}
	}
	from = from[n:]
	if n, _ = binary.Decode(from, order, &s.access.ordinary); n == 0 {
		return nil, errTooShort
	}
	for _, n := range s.access.ordinary {
		if !(n >= 0) || math.IsInf(n, 0) {
			return nil, errors.New("reading an engine: an ordinary symptom cannot be")
		}
	}
	return from[n:], nil
}

// before reports whether one count comes before another.
func before(a, b namedCount) bool {
	return cmp.Or(cmp.Compare(a.Minute, b.Minute), cmp.Compare(a.What, b.What)) < 0
}
