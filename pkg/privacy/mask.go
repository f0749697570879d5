package privacy

import (
	"strings"

	"github.com/open-downpour/downpour/pkg/redact"
)

// longestName is how much of a name is shown.
const longestName = 200

// Mask is a name, such as that of a file or a key, without what a scanner finds
// in it, and printable.
func (s *Scanner) Mask(name string) string {
	everything := *s
	everything.Private = true
	masked := make([]bool, min(len(name), longestName))
	text := []byte(name[:min(len(name), longestName)])
	for i := range text {
		for slot := range slots {
			if slot == keySlot || triggers[text[i]]&(1<<slot) == 0 {
				continue
			}
			if m, ok := detectors[slot](&everything, text[max(0, i-lookBehind):i], text[i:min(len(text), i+lookAhead)]); ok {
				for at := i - m.back; at < i+m.n; at++ {
					masked[at] = true
				}
			}
		}
	}
	for i := range s.probes {
		for _, hit := range appendHits(nil, &s.probes[i], text, 0, len(text)) {
			for at := hit.at; at < hit.at+len(s.probes[i].bytes); at++ {
				masked[at] = true
			}
		}
	}
	return redact.Text(printable(text, masked))
}

// printable writes a name with a mask for each masked run and for each run of
// bytes that are not printable.
func printable(text []byte, masked []bool) string {
	var out strings.Builder
	for i, b := range text {
		hidden := masked[i] || b < ' ' || b >= 0x7f
		switch {
		case !hidden:
			out.WriteByte(b)
		case i == 0 || !(masked[i-1] || text[i-1] < ' ' || text[i-1] >= 0x7f):
			out.WriteString(redact.Mask)
		}
	}
	return out.String()
}
