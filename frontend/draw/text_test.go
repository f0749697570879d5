package draw

import (
	"os"
	"strings"
	"testing"
)

func TestLinesAreBrokenAtSpaces(t *testing.T) {
	letters, err := LoadFonts(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	const text = "On 18 November 2026 from 16:11 to 16:18 India time, 1,412 people reported problems"
	lines := letters.plain.wrapped(text, 30, 300)
	if strings.Join(lines, " ") != text {
		t.Errorf("words were lost: %q", lines)
	}
	for _, line := range lines {
		if _, width := letters.plain.shaped(line, 30); width > 300 {
			t.Errorf("%q is %.0f wide", line, width)
		}
	}
}
