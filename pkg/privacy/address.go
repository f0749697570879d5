package privacy

import (
	"net/netip"
	"strings"

	"github.com/open-downpour/downpour/pkg/redact"
)

const (
	longest4 = len("255.255.255.255")
	longest6 = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
	// versionWords is how far before a number the word "version" may stand.
	versionWords = 24
)

var (
	unicast6  = netip.MustParsePrefix("2000::/3")
	carrier   = netip.MustParsePrefix("100.64.0.0/10")
	private   = netip.MustParsePrefix("fc00::/7")
	reserved4 = netip.MustParsePrefix("240.0.0.0/4")
	this4     = netip.MustParsePrefix("0.0.0.0/8")
)

// ofSender reports whether an address can be that of a sender: one that is
// reached over the internet, and is not the operator's. Networks for
// documentation count, since nothing on a clean server has them and whoever tries
// this program does it with them. Private ones count on demand only: machines
// that serve the site have them.
func (s *Scanner) ofSender(addr netip.Addr) bool {
	addr = addr.Unmap()
	for _, own := range s.Own {
		if own.Contains(addr) {
			return false
		}
	}
	if addr.IsPrivate() || carrier.Contains(addr) {
		return s.Private
	}
	if addr.Is4() {
		return addr.IsGlobalUnicast() && !reserved4.Contains(addr) && !this4.Contains(addr)
	}
	return unicast6.Contains(addr)
}

// addressAt recognises an address that begins with rest.
func addressAt(s *Scanner, before, rest []byte) (found, bool) {
	if m, ok := ip4At(s, before, rest); ok {
		return m, true
	}
	return ip6At(s, before, rest)
}

// ip4At recognises four numbers between dots that are no part of a longer such
// row, and no version.
func ip4At(s *Scanner, before, rest []byte) (m found, ok bool) {
	if isDotted(lastOf(before)) || !isDigit(rest[0]) {
		return m, false
	}
	n, dots := 0, 0
	for n < len(rest) && n <= longest4+1 && isDotted(rest[n]) {
		if rest[n] == '.' {
			dots++
		}
		n++
	}
	if dots < 3 {
		return m, false
	}
	if n > 0 && rest[n-1] == '.' {
		n-- // the end of a sentence
	}
	if n < len("1.1.1.1") || n > longest4 {
		return m, false
	}
	addr, err := netip.ParseAddr(string(rest[:n]))
	if err != nil || !s.ofSender(addr) || isVersion(before, rest[n:]) {
		return m, false
	}
	first, _, _ := strings.Cut(string(rest[:n]), ".")
	return found{kind: Address, n: n, excerpt: first + "." + redact.Mask}, true
}

// isVersion reports whether the words around four numbers say that they are a
// version: "version 1.2.3.4", "v1.2.3.4", "Chrome/1.2.3.4", "1.2.3.4-stable".
func isVersion(before, behind []byte) bool {
	if lastOf(before) == '/' {
		name := wordBefore(before[:len(before)-1])
		return name != "" && (name[0] >= 'A' && name[0] <= 'Z' || product(name) != "")
	}
	for _, suffix := range []string{"-stable", "-lts", "-alpha", "-beta", "-rc", "-testing", "-prestable"} {
		if strings.HasPrefix(string(behind[:min(len(behind), 10)]), suffix) {
			return true
		}
	}
	words := strings.ToLower(string(before[max(0, len(before)-versionWords):]))
	words = strings.TrimRight(words, " \t\"'=:(")
	if len(words) > 0 && lastOf(before) == 'v' {
		return len(words) == 1 || !isLetter(words[len(words)-2])
	}
	for _, word := range []string{"version", "release", "build", "_ver", "-ver"} {
		if strings.HasSuffix(words, word) {
			return true
		}
	}
	return false
}

// ip6At recognises an address whose first group has four digits, as all public
// ones have, and which has at least three groups: shorter ones would be found in
// bytes that are no text.
func ip6At(s *Scanner, before, rest []byte) (m found, ok bool) {
	last := lastOf(before)
	if len(rest) < len("2001:1::1") || rest[4] != ':' || isLetter(last) || isDotted(last) || last == '_' {
		return m, false
	}
	n := 0
	for n < len(rest) && n <= longest6 && (isHex(rest[n]) || rest[n] == ':' || rest[n] == '.') {
		n++
	}
	for end := n; end > 4; end-- {
		boundary := rest[end-1] == ':' || end < n && rest[end] == ':' ||
			end == n && (n == len(rest) || !isLetter(rest[n]) && rest[n] != '_')
		if !boundary {
			continue
		}
		addr, err := netip.ParseAddr(string(rest[:end]))
		if err == nil && groups(rest[:end]) >= 3 && (s.Private && private.Contains(addr) || unicast6.Contains(addr)) && s.ofSender(addr) {
			return found{kind: Address, n: end, excerpt: string(rest[:4]) + ":" + redact.Mask}, true
		}
	}
	return m, false
}

// groups counts the groups of an IPv6 address that are written out.
func groups(text []byte) (n int) {
	for group := range strings.SplitSeq(string(text), ":") {
		if group != "" {
			n++
		}
	}
	return n
}

// lastOf is the last byte, or a line end where there is none.
func lastOf(text []byte) byte {
	if len(text) == 0 {
		return '\n'
	}
	return text[len(text)-1]
}

// wordBefore is the run of letters, digits and hyphens at the end of a text.
func wordBefore(text []byte) string {
	at := len(text)
	for at > 0 && (isLetter(text[at-1]) || isDigit(text[at-1]) || text[at-1] == '-') {
		at--
	}
	return string(text[at:])
}

func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
func isDotted(b byte) bool { return isDigit(b) || b == '.' }
func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func isHex(b byte) bool    { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' }
