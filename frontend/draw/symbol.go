package draw

import (
	"encoding/xml"
	"html/template"
	"io/fs"
	"strings"
)

// Symbols are the small pictures of symptoms, by the slug of the symptom.
type Symbols map[string]Symbol

// Symbol is a drawing with its id on a page.
type Symbol struct {
	ID  string
	SVG template.HTML // a symbol element
}

// otherSymbol is used for a symptom that has no picture of its own.
const otherSymbol = "other"

// LoadSymbols reads the drawings. The id of each lists its slugs.
func LoadSymbols(files fs.FS) (Symbols, error) {
	source, err := fs.ReadFile(files, "static/symptoms.svg")
	if err != nil {
		return nil, err
	}
	var sprite struct {
		Symbols []struct {
			Slugs string `xml:"id,attr"`
			Inner string `xml:",innerxml"`
		} `xml:"symbol"`
	}
	if err := xml.Unmarshal(source, &sprite); err != nil {
		return nil, err
	}
	found := Symbols{}
	for _, drawn := range sprite.Symbols {
		slugs := strings.Fields(drawn.Slugs)
		id := "s-" + slugs[0]
		for _, slug := range slugs {
			found[slug] = Symbol{id, template.HTML(`<symbol id="` + id + `" viewBox="0 0 24 24">` + strings.TrimSpace(drawn.Inner) + `</symbol>`)}
		}
	}
	return found, nil
}

// Of is the picture of a symptom.
func (s Symbols) Of(slug string) Symbol {
	if drawn, ok := s[slug]; ok {
		return drawn
	}
	return s[otherSymbol]
}
