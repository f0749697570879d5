package draw

import (
	"os"
	"strings"
	"testing"
)

func TestEverySymptomHasAPicture(t *testing.T) {
	drawn, err := LoadSymbols(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	if drawn.Of("send") == drawn.Of("login") || drawn.Of("send").SVG == "" {
		t.Error("two symptoms share a picture")
	}
	if got := drawn.Of("never heard of"); got != drawn[otherSymbol] || got.SVG == "" {
		t.Errorf("a symptom without a picture of its own has %+v", got)
	}
	for slug, symbol := range drawn {
		if !strings.HasPrefix(string(symbol.SVG), `<symbol id="`+symbol.ID+`" viewBox="0 0 24 24"><`) {
			t.Errorf("%s: %s", slug, symbol.SVG)
		}
	}
}
