package intake

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/gaissmai/bart"

	"github.com/open-downpour/downpour/pkg/forwarded"
)

// Hosters are the networks of hosting providers. All networks of one hoster count as one,
// because one customer can have addresses in many. The nil Hosters is empty. It is safe for
// concurrent use.
type Hosters struct{ ranges bart.Table[string] }

// ReadHosters reads lines of a network and its hoster's name, as in
// "192.0.2.0/24 example". Empty lines and comments after # are skipped. An error
// names the line.
func ReadHosters(from io.Reader) (*Hosters, error) {
	hosters := &Hosters{}
	lines := bufio.NewScanner(from)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if len(words) < 2 {
			return nil, fmt.Errorf("line %d: a network and a name are needed, as in \"192.0.2.0/24 example\"", n)
		}
		prefix, err := netip.ParsePrefix(words[0])
		if err != nil {
			return nil, fmt.Errorf("line %d: %q is not a network as in 192.0.2.0/24", n, words[0])
		}
		hosters.ranges.Insert(prefix.Masked(), strings.ToLower(strings.Join(words[1:], " ")))
	}
	return hosters, lines.Err()
}

// Of is the hoster that an address belongs to.
func (h *Hosters) Of(addr netip.Addr) (name string, ok bool) {
	if h == nil {
		return "", false
	}
	return h.ranges.Lookup(forwarded.Unwrap(addr))
}
