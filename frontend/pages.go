package frontend

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"path"
	"regexp"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages holds one parsed template for each page, each with the layout and the
// shared fragments.
type pages struct{ byName map[string]*template.Template }

// indent is white space that only the reader of a template needs.
var indent = regexp.MustCompile(`\n\s+`)

// fragments are templates that pages call by their file's name.
var fragments = []string{"layout", "banner", "form", "panel", "entry", "sky", "find"}

func loadPages() (*pages, error) {
	root := template.New("")
	for _, name := range fragments {
		if err := parseInto(root, name); err != nil {
			return nil, err
		}
	}
	loaded := &pages{byName: map[string]*template.Template{}}
	for _, name := range []string{"home", "search", "service", "incidents", "incident", "map", "report", "thanks", "about", "credits", "problem", "embed"} {
		page, err := root.Clone()
		if err != nil {
			return nil, err
		}
		if err := parseInto(page, name); err != nil {
			return nil, err
		}
		loaded.byName[name] = page
	}
	return loaded, nil
}

func parseInto(root *template.Template, name string) error {
	source, err := templateFiles.ReadFile(path.Join("templates", name+".html"))
	if err != nil {
		return err
	}
	_, err = root.New(name).Parse(string(indent.ReplaceAll(source, []byte("\n"))))
	return err
}

// render writes the whole page into memory, so that an error half-way never
// reaches a reader as half a page.
func (p *pages) render(name string, page content) ([]byte, error) {
	var out bytes.Buffer
	f := page.base()
	f.name = name
	if err := p.byName[name].ExecuteTemplate(&out, f.outermost(), page); err != nil {
		return nil, fmt.Errorf("rendering page %s: %w", name, err)
	}
	return out.Bytes(), nil
}
