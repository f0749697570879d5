package draw

import (
	"os"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/catalog"
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

func TestEverySymptomOfTheCatalogueHasAPicture(t *testing.T) {
	drawn, err := LoadSymbols(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	services, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range services.Services() {
		pictures := map[string]string{} // of the symptoms of one form
		for _, symptom := range service.Symptoms {
			picture := drawn.Of(symptom.Slug).ID
			if picture == drawn[otherSymbol].ID {
				t.Errorf("%s of %s has no picture", symptom.Slug, service.Slug)
			}
			if twin, shared := pictures[picture]; shared {
				t.Errorf("%s and %s of %s share a picture", twin, symptom.Slug, service.Slug)
			}
			pictures[picture] = symptom.Slug
		}
	}
}
