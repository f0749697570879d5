package frontend

import (
	"encoding/xml"
	"html/template"
	"strings"
)

// symbols are the small pictures of symptoms, by the slug of the symptom.
type symbols map[string]symbol

// symbol is a drawing with the name it has on a page.
type symbol struct {
	ID  string
	SVG template.HTML // a symbol element
}

// otherSymbol stands for a symptom that has no picture of its own.
const otherSymbol = "other"

// loadSymbols reads the drawings. The id of each lists all slugs it stands for.
func loadSymbols() (symbols, error) {
	source, err := staticFiles.ReadFile("static/symptoms.svg")
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
	found := symbols{}
	for _, drawn := range sprite.Symbols {
		slugs := strings.Fields(drawn.Slugs)
		id := "s-" + slugs[0]
		for _, slug := range slugs {
			found[slug] = symbol{id, template.HTML(`<symbol id="` + id + `" viewBox="0 0 24 24">` + strings.TrimSpace(drawn.Inner) + `</symbol>`)}
		}
	}
	return found, nil
}

// of is the picture of a symptom.
func (s symbols) of(slug string) symbol {
	if drawn, ok := s[slug]; ok {
		return drawn
	}
	return s[otherSymbol]
}
