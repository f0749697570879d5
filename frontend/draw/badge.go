package draw

import (
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"

	"github.com/open-downpour/downpour/pkg/outage"
)

// BadgeColours are the background and the text colour by status. None is green,
// because few reports do not prove that a service works.
var BadgeColours = map[outage.Status][2]string{
	outage.StatusOutage: {"#0a2342", "#ffd23f"}, outage.StatusElevated: {"#ffd23f", "#0a2342"},
	outage.StatusNormal: {"#dbe6ef", "#0d1b2a"}, outage.StatusUnknown: {"#eef1f4", "#47586a"},
}

// Badge draws two texts side by side as SVG. Each has an estimated width that the
// browser stretches it to, because fonts differ.
func Badge(name, message string, colours [2]string) string {
	left, right := textWidth(name), textWidth(message)
	a, b := left+28, right+14
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="22" role="img" aria-label="%[2]s: %[3]s"><title>%[2]s: %[3]s</title>`+
		`<clipPath id="r"><rect width="%[1]d" height="22" rx="4"/></clipPath><g clip-path="url(#r)"><path fill="#2b3b4c" d="M0 0h%[4]dv22H0z"/><path fill="%[5]s" d="M%[4]d 0h%[6]dv22H%[4]dz"/></g>`+
		`<path fill="#ffd23f" d="M12 4c.4 3 4.5 4.7 4.5 8.2a4.5 4.5 0 0 1-9 0C7.5 8.7 11.6 7 12 4z"/>`+
		`<g font-family="Verdana,Noto Sans,sans-serif" font-size="11"><text x="21" y="15" fill="#fff" textLength="%[7]d">%[2]s</text><text x="%[8]d" y="15" fill="%[9]s" textLength="%[10]d">%[3]s</text></g></svg>`,
		a+b, escaped(name), escaped(message), a, colours[0], b, left, a+7, colours[1], right)
}

// textWidth estimates the width in pixels of a text at 11 pixels. Combining marks
// take none.
func textWidth(text string) int {
	width := 0.0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn):
		case strings.ContainsRune("fijlrtI.,'|! ", r):
			width += 4.3
		case unicode.IsUpper(r) || strings.ContainsRune("mw", r):
			width += 8.6
		default:
			width += 7
		}
	}
	return int(width)
}

// escaped escapes text for XML.
func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a strings.Builder takes everything
	return out.String()
}
