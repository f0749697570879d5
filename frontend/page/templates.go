package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/frontend/patch"
	"github.com/open-downpour/downpour/pkg/locale"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates holds one parsed template for each page, each with the layout and the
// shared fragments.
type templates struct{ byName map[string]*template.Template }

// indent is white space that is removed from templates.
var indent = regexp.MustCompile(`\n\s+`)

// blankLines are what actions of templates leave behind.
var blankLines = regexp.MustCompile(`\n{2,}`)

// fragments are templates that pages call by their file's name.
var fragments = []string{"layout", "banner", "form", "panel", "districttable", "entry", "hero", "find", "picker", "dates"}

func loadTemplates() (*templates, error) {
	root := template.New("")
	for _, name := range fragments {
		if err := parseInto(root, name); err != nil {
			return nil, err
		}
	}
	loaded := &templates{byName: map[string]*template.Template{}}
	for _, name := range []string{"home", "search", "service", "place", "incidents", "calendar", "day", "incident", "map", "districts", "report", "thanks", "follow", "mail", "offline", "about", "credits", "register", "vendors", "problem", "embed"} {
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

// Meta is what sending a page needs beside its body.
type Meta struct {
	Name    string // of its template
	Lang    string
	Partial bool // the page is soon to be made again
	Parts   []patch.Part
	// Translations are the page in each language, for search engines; none where they are
	// not to list it.
	Translations []Translation
}

// Translation is the path of a page in a language; the language "x-default" is for all others.
type Translation struct{ Lang, Path string }

// render writes the whole page into memory, so that an error never results
// in half a page.
func (p *templates) render(name string, page Content) ([]byte, Meta, error) {
	var out bytes.Buffer
	f := page.base()
	f.name = name
	if err := p.byName[name].ExecuteTemplate(&out, f.outermost(), page); err != nil {
		return nil, Meta{}, fmt.Errorf("rendering page %s: %w", name, err)
	}
	body, parts := divided(blankLines.ReplaceAll(out.Bytes(), []byte("\n")))
	return body, Meta{name, f.At.Lang, f.fresh.partial, parts, translationsOf(page)}, nil
}

func translationsOf(page Content) (list []Translation) {
	translated, ok := page.(interface{ Languages() []link })
	if !ok || !page.base().Index {
		return nil
	}
	others := ""
	for _, link := range translated.Languages() {
		list = append(list, Translation{link.Lang, link.Path})
		if link.Lang == locale.Default {
			others = link.Path
		}
	}
	slices.SortFunc(list, func(a, b Translation) int { return strings.Compare(a.Lang, b.Lang) })
	if others != "" {
		list = append(list, Translation{"x-default", others})
	}
	return list
}
