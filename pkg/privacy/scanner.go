// Package privacy searches what a server wrote for what it must not write:
// addresses, user agents, exact coordinates, and keys that have ended.
//
// It owns the rules by which such text is recognised in any bytes, and the
// report of what was found. It promises that a match does not depend on how a
// stream is cut into reads, that memory is bounded by a constant for files and
// by one batch for Redis, and that a report shows no address, agent or
// coordinate in full. It knows the names of what the server keeps in Redis, so
// that it can tell what a thief could read. It changes nothing.
package privacy

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"time"
)

// Kind says what was found.
type Kind string

// The kinds of matches. A StoredKey becomes a finding only once it has ended.
const (
	Address    Kind = "address"
	Agent      Kind = "user agent"
	Coordinate Kind = "coordinate"
	StoredKey  Kind = "key"
	EndedKey   Kind = "ended key"
	ProbeMatch Kind = "probe"
	Overdue    Kind = "kept too long"
)

// Match is one place in a stream. Excerpt is masked; of a StoredKey it is the
// name, which says nothing of a sender.
type Match struct {
	Kind    Kind
	Offset  int64
	Excerpt string
	Ends    time.Time // of a StoredKey; zero where it never ends
}

const (
	// lookBehind and lookAhead are how many bytes before and behind its first one
	// a match may depend on. A reader keeps that many across reads.
	lookBehind = 64
	lookAhead  = 512
	chunkBytes = 256 << 10
)

// Scanner searches streams. It is not safe for concurrent use.
type Scanner struct {
	// Own are networks whose addresses are the operator's, not a sender's.
	Own []netip.Prefix
	// Private also reports addresses of private networks.
	Private bool

	probes   []pattern
	unlikely int64 // positions that were searched for four-byte forms
	chunk    int   // bytes of one read; 0 is chunkBytes
}

// Form says what bytes a stream may hold.
type Form int

const (
	// Text may hold probes as text only.
	Text Form = iota
	// Binary may hold them as bytes as well.
	Binary
)

// detector recognises a match at the first byte of rest.
type detector func(s *Scanner, before, rest []byte) (m found, ok bool)

type found struct {
	kind    Kind
	back    int // bytes of the match before rest[0]
	n       int // bytes of the match from rest[0]
	excerpt string
	ends    time.Time
}

// slots number the detectors, since each skips only its own matches.
const (
	addressSlot = iota
	agentSlot
	coordinateSlot
	keySlot
	slots
)

var detectors = [slots]detector{addressSlot: addressAt, agentSlot: agentAt, coordinateSlot: coordinateAt, keySlot: keyAt}

// triggers are the bytes at which a detector is worth calling, as a set of bits.
var triggers = func() (table [256]byte) {
	for slot, bytes := range [slots]string{"0123456789fF", "/", "lLcCpP", "dps"} {
		for _, b := range []byte(bytes) {
			table[b] |= 1 << slot
		}
	}
	return table
}()

// pass is one way through one stream.
type pass struct {
	*Scanner
	form  Form
	each  func(Match)
	until [slots + 1]int64 // where the last match of a slot ended; the last one is of the probes
}

// Scan searches a stream and returns how many bytes it read.
func (s *Scanner) Scan(ctx context.Context, stream io.Reader, form Form, each func(Match)) (int64, error) {
	size := s.chunk
	if size == 0 {
		size = chunkBytes
	}
	p := &pass{Scanner: s, form: form, each: each}
	buffer := make([]byte, 0, lookBehind+lookAhead+size)
	base, next := int64(0), 0 // offset of buffer[0]; first byte not looked at
	for {
		if err := ctx.Err(); err != nil {
			return base + int64(len(buffer)), err
		}
		n, err := io.ReadFull(stream, buffer[len(buffer):min(cap(buffer), len(buffer)+size)])
		buffer = buffer[:len(buffer)+n]
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return base + int64(len(buffer)), err
		}
		limit := len(buffer)
		if !end {
			limit = max(next, limit-lookAhead)
		}
		p.look(buffer, base, next, limit)
		if end {
			return base + int64(len(buffer)), nil
		}
		drop := max(0, limit-lookBehind)
		buffer = buffer[:copy(buffer, buffer[drop:])]
		base, next = base+int64(drop), limit-drop
	}
}

// ScanBytes searches a text that is in memory as a whole.
func (s *Scanner) ScanBytes(text []byte, form Form, each func(Match)) {
	p := &pass{Scanner: s, form: form, each: each}
	p.look(text, 0, 0, len(text))
}

// look reports the matches that begin within buffer[from:to].
func (p *pass) look(buffer []byte, base int64, from, to int) {
	for i := from; i < to; i++ {
		set := triggers[buffer[i]]
		if set == 0 {
			continue
		}
		before := buffer[max(0, i-lookBehind):i]
		rest := buffer[i:min(len(buffer), i+lookAhead)]
		for slot := range slots {
			if set&(1<<slot) == 0 || base+int64(i) < p.until[slot] {
				continue
			}
			if m, ok := detectors[slot](p.Scanner, before, rest); ok {
				p.until[slot] = base + int64(i+m.n)
				p.each(Match{m.kind, base + int64(i-m.back), m.excerpt, m.ends})
			}
		}
	}
	p.lookForProbes(buffer, base, from, to)
}
