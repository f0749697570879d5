package place

import (
	"strings"

	"github.com/open-downpour/downpour/pkg/locale"
)

// words takes a text apart into the words by which names are compared.
func words(text string) []string { return locale.Words(text) }

// key is a name as it is compared: its folded words run together, "saint" in
// the short form in which most people write it.
func key(words []string) string {
	var out strings.Builder
	for _, word := range words {
		if word == "saint" {
			word = "st"
		}
		out.WriteString(word)
	}
	return out.String()
}
