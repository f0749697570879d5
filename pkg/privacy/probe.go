package privacy

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/redact"
)

const (
	// mostUnlikely is how many positions are searched for the four bytes of an
	// IPv4 address, in both orders: a hit by chance then has a probability of at
	// most 1 in 100 over the whole check.
	mostUnlikely = 1 << 32 / 200
	// leastProbeKey is the shortest key that is searched for.
	leastProbeKey = 16
)

// pattern is one form of a probe.
type pattern struct {
	bytes []byte
	what  string
	form  Form
	// weak patterns are so short that random bytes hold them.
	weak bool
	// edge are the bytes that must not stand beside a text, since it would be
	// part of another one.
	before, behind func(byte) bool
	whole          bool // only as a whole value
}

// ProbeAddress adds an address to search for: as text, as digits in base 16, as
// text of its /24 or /48, and as bytes. The note says what is left out, or "".
//
// Four bytes stand in random ones once in four thousand million positions, and
// in numbers and text more often. So an IPv4 address is searched for as bytes
// only where its bytes all differ, none is 0 or 255 and not all are printable,
// over at most mostUnlikely positions; and the three bytes of a /24 only as a
// whole value, field or member of Redis.
func (s *Scanner) ProbeAddress(addr netip.Addr) (note string) {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		s.probe6(addr)
		return ""
	}
	raw := addr.As4()
	name := fmt.Sprintf("%d.%s", raw[0], redact.Mask)
	text := addr.String()
	prefix := text[:strings.LastIndexByte(text, '.')+1]
	s.addText(name, isDotted, isDigit, text, strings.ReplaceAll(text, ".", "-"))
	s.addText("the /24 of "+name, isDotted, nil, prefix)
	s.addText(name+" as hex", isWordByte, isWordByte, hex.EncodeToString(raw[:]), strings.ToUpper(hex.EncodeToString(raw[:])))
	s.addBytes(name+" as bytes", append([]byte{0xff, 0xff}, raw[:]...))
	s.probes = append(s.probes, pattern{bytes: slices.Clone(raw[:3]), what: "the /24 of " + name + " as bytes", form: Binary, whole: true})
	if !telling(raw[:]) {
		return "probe " + name + ": not searched for as four bytes, which numbers or text may hold by chance"
	}
	for _, order := range [][]byte{raw[:], {raw[3], raw[2], raw[1], raw[0]}} {
		s.probes = append(s.probes, pattern{bytes: bytes.Clone(order), what: name + " as bytes", form: Binary, weak: true})
	}
	return ""
}

func (s *Scanner) probe6(addr netip.Addr) {
	raw := addr.As16()
	name := hex.EncodeToString(raw[:2]) + ":" + redact.Mask
	part := func(b byte) bool { return isHex(b) || b == ':' }
	for _, text := range []string{addr.String(), addr.StringExpanded()} {
		s.addText(name, part, isHex, text, strings.ToUpper(text))
	}
	short := fmt.Sprintf("%x:%x:%x:", uint16(raw[0])<<8|uint16(raw[1]), uint16(raw[2])<<8|uint16(raw[3]), uint16(raw[4])<<8|uint16(raw[5]))
	s.addText("the /48 of "+name, part, nil, short, strings.ToUpper(short), addr.StringExpanded()[:len("ffff:ffff:ffff:")])
	s.addText(name+" as hex", nil, nil, hex.EncodeToString(raw[:]), strings.ToUpper(hex.EncodeToString(raw[:])))
	s.addBytes(name+" as bytes", raw[:])
	if telling(raw[:6]) {
		s.addBytes("the /48 of "+name+" as bytes", raw[:6])
	}
}

// ProbeKey adds a key to search for, as bytes and as hexadecimal and base64 text.
func (s *Scanner) ProbeKey(key []byte) error {
	if len(key) < leastProbeKey || len(key) > lookAhead/4 {
		return fmt.Errorf("has %d bytes, not %d to %d", len(key), leastProbeKey, lookAhead/4)
	}
	const name = "the given key"
	digits := hex.EncodeToString(key)
	s.addText(name, nil, nil, digits, strings.ToUpper(digits),
		base64.RawStdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key))
	s.probes = append(s.probes, pattern{bytes: bytes.Clone(key), what: name})
	return nil
}

func (s *Scanner) addText(what string, before, behind func(byte) bool, texts ...string) {
	for _, text := range texts {
		same := func(p pattern) bool { return string(p.bytes) == text && !p.whole }
		if !slices.ContainsFunc(s.probes, same) {
			s.probes = append(s.probes, pattern{bytes: []byte(text), what: what, before: before, behind: behind})
		}
	}
}

func (s *Scanner) addBytes(what string, raw []byte) {
	s.probes = append(s.probes, pattern{bytes: bytes.Clone(raw), what: what, form: Binary})
}

// telling reports whether bytes are neither those of small numbers nor text.
func telling(raw []byte) bool {
	printable := true
	for i, b := range raw {
		if b == 0 || b == 0xff || len(raw) == 4 && slices.Contains(raw[:i], b) {
			return false
		}
		printable = printable && b >= ' ' && b < 0x7f
	}
	return !printable
}

func isWordByte(b byte) bool { return isDigit(b) || isLetter(b) || b == '_' }

// hit is a pattern at a place of the buffer.
type hit struct {
	at int
	of *pattern
}

// lookForProbes reports the probes that begin within buffer[from:to]. Of forms
// that overlap, the first and longest counts.
func (p *pass) lookForProbes(buffer []byte, base int64, from, to int) {
	var hits []hit
	weakTo := min(to, from+int(max(0, mostUnlikely-p.unlikely)))
	searchedWeak := false
	for i := range p.probes {
		one, limit := &p.probes[i], to
		if one.whole || one.form > p.form {
			continue
		}
		if one.weak {
			limit, searchedWeak = weakTo, true
		}
		hits = appendHits(hits, one, buffer, from, limit)
	}
	if searchedWeak {
		p.unlikely += int64(to - from)
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(a.at-b.at, len(b.of.bytes)-len(a.of.bytes))
	})
	for _, hit := range hits {
		if at := base + int64(hit.at); at >= p.until[slots] {
			p.until[slots] = at + int64(len(hit.of.bytes))
			p.each(Match{Kind: ProbeMatch, Offset: at, Excerpt: hit.of.what})
		}
	}
}

func appendHits(hits []hit, of *pattern, buffer []byte, from, to int) []hit {
	for from < to {
		n := bytes.Index(buffer[from:min(len(buffer), to+len(of.bytes)-1)], of.bytes)
		if n < 0 {
			break
		}
		at := from + n
		end := at + len(of.bytes)
		part := of.before != nil && at > 0 && of.before(buffer[at-1]) ||
			of.behind != nil && end < len(buffer) && of.behind(buffer[end])
		if !part {
			hits = append(hits, hit{at, of})
		}
		from = at + 1
	}
	return hits
}

// probeOfWhole is what a whole value is of a probe, or "".
func (s *Scanner) probeOfWhole(value []byte) string {
	for _, one := range s.probes {
		if one.whole && bytes.Equal(one.bytes, value) {
			return one.what
		}
	}
	return ""
}

// Number is a probe as a column of numbers would hold it.
type Number struct {
	What  string
	Value uint64
}

// Numbers are the probes as numbers: IPv4 addresses in both orders of bytes.
func (s *Scanner) Numbers() (all []Number) {
	for _, one := range s.probes {
		if one.weak {
			all = append(all, Number{one.what, uint64(binary.BigEndian.Uint32(one.bytes))})
		}
	}
	return all
}

// SearchedAllBytes reports whether no stream was too long for the four-byte
// forms of probes.
func (s *Scanner) SearchedAllBytes() bool { return s.unlikely <= mostUnlikely }
