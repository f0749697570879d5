package api

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"downpour/pkg/outage"
)

//go:embed docs.html
var docsHTML string

// document is what the page for people takes from openapi.yaml.
type document struct {
	Info       info
	Paths      map[string]map[string]operation // by path and lower-case method
	Components struct {
		Parameters map[string]parameter
		Responses  map[string]response
	}
}

type info struct{ Title, Summary, Description string }

// Paragraphs are the sentences of the description, one a line in the file.
func (i info) Paragraphs() []string { return strings.Split(strings.TrimSpace(i.Description), "\n") }

type operation struct {
	OperationID string `yaml:"operationId"`
	Summary     string
	Description string
	Parameters  []parameter
	Responses   map[string]response

	Method, Path string   `yaml:"-"`
	Answers      []answer `yaml:"-"`
}

type parameter struct {
	Ref         string `yaml:"$ref"`
	Name        string
	In          string
	Description string
	Required    bool
}

type response struct {
	Ref         string `yaml:"$ref"`
	Description string
}

type answer struct{ Status, Description string }

type problemKind struct {
	Code   outage.Code
	Status int
	Title  string
}

// writeDocs makes the page for people.
func (a *API) writeDocs() ([]byte, error) {
	page, err := template.New("docs").Funcs(template.FuncMap{"prose": prose}).Parse(docsHTML)
	if err != nil {
		return nil, fmt.Errorf("reading docs.html: %w", err)
	}
	described, err := readDocument()
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	err = page.Execute(&body, map[string]any{
		"Info": described.Info, "Operations": described.operations(a.routes()), "Problems": problemKinds(),
	})
	return body.Bytes(), err
}

// prose is text in which back quotes mark code, as openapi.yaml writes it.
func prose(text string) template.HTML {
	var written strings.Builder
	for i, part := range strings.Split(text, "`") {
		if escaped := template.HTMLEscapeString(part); i%2 == 1 {
			written.WriteString("<code>" + escaped + "</code>")
		} else {
			written.WriteString(escaped)
		}
	}
	return template.HTML(written.String()) //nolint:gosec // every part was escaped
}

// operations lists what the document describes in the order of the routes.
func (d document) operations(routes []route) []operation {
	var list []operation
	for _, route := range routes {
		path := pathInDocument(route.path)
		one, ok := d.Paths[path][strings.ToLower(route.method)]
		if !ok {
			continue
		}
		one.Method, one.Path = route.method, path
		for i, p := range one.Parameters {
			if p.Ref != "" {
				one.Parameters[i] = d.Components.Parameters[lastPart(p.Ref)]
			}
		}
		for _, status := range slices.Sorted(maps.Keys(one.Responses)) {
			described := one.Responses[status]
			if described.Ref != "" {
				described = d.Components.Responses[lastPart(described.Ref)]
			}
			if status != "default" {
				one.Answers = append(one.Answers, answer{status, described.Description})
			}
		}
		list = append(list, one)
	}
	return list
}

// pathInDocument is the path of a route as OpenAPI writes it.
func pathInDocument(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func lastPart(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func problemKinds() []problemKind {
	var kinds []problemKind
	for code, status := range statuses {
		kinds = append(kinds, problemKind{code, status, titles[code]})
	}
	slices.SortFunc(kinds, func(a, b problemKind) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Code, b.Code))
	})
	return kinds
}

// getDocs answers with the description as a page for people.
func (a *API) getDocs(c *fiber.Ctx) error {
	body, err := a.docs()
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	return send(c, fiber.MIMETextHTMLCharsetUTF8, body, freshTable)
}
