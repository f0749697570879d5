package api

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed docs.html
var docsHTML string

//go:embed docs.css
var docsCSS string

// docsPage is what the page for people is made of.
type docsPage struct {
	Info     *openapi3.Info
	Style    template.HTML
	Groups   []docsGroup
	Shapes   []docsShape
	Problems []problemKind
}

// docsGroup is the operations under one tag.
type docsGroup struct {
	Name, Description string
	Operations        []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Description string
	Key                                    bool // it needs an API key
	Parameters                             []docsField
	Body                                   *docsBody
	Call                                   string
	Answers                                []docsAnswer
	Problems                               []string // the statuses that are a Problem and no more
}

// docsBody is a body of one media type.
type docsBody struct {
	Media, Description string
	Type               template.HTML
	Fields             []docsField
	Example            string
}

type docsAnswer struct {
	Status, Description string
	Headers             []docsField
	Bodies              []docsBody
}

// docsShape is a type that several places use.
type docsShape struct {
	Name, Description string
	Type              template.HTML
	Limits            []string
	Fields            []docsField
}

type problemKind struct {
	Code   outage.Code
	Status int
	Title  string
}

// writeDocs makes the page for people, and the policy under which a browser
// shows it: its style and nothing else.
func (a *API) writeDocs() (docs, error) {
	text, err := description()
	if err != nil {
		return docs{}, err
	}
	described, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return docs{}, fmt.Errorf("reading openapi.yaml: %w", err)
	}
	page, err := template.New("docs").Funcs(template.FuncMap{"prose": prose, "points": points, "breakable": breakable, "lower": strings.ToLower}).Parse(docsHTML)
	if err != nil {
		return docs{}, fmt.Errorf("reading docs.html: %w", err)
	}
	var body bytes.Buffer
	if err := page.Execute(&body, a.docsPage(described)); err != nil {
		return docs{}, fmt.Errorf("writing the page about the API: %w", err)
	}
	sum := sha256.Sum256([]byte(docsCSS))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	return docs{body.Bytes(), policy}, nil
}

// docs is the page as it goes out.
type docs struct {
	body   []byte
	policy string
}

// getDocs sends the description as an HTML page.
func (a *API) getDocs(c *fiber.Ctx) error {
	page, err := a.docs()
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, page.policy)
	return send(c, fiber.MIMETextHTMLCharsetUTF8, page.body, freshTable)
}

func (a *API) docsPage(described *openapi3.T) docsPage {
	page := docsPage{
		Info: described.Info, Style: template.HTML("<style>" + docsCSS + "</style>"), //nolint:gosec // our own file
		Shapes: docsShapes(described), Problems: problemKinds(),
	}
	for _, tag := range described.Tags {
		page.Groups = append(page.Groups, docsGroup{Name: tag.Name, Description: tag.Description})
	}
	for _, route := range a.routes() {
		operation := described.Paths.Value(pathInDocument(route.path)).GetOperation(route.method)
		for i := range page.Groups {
			if page.Groups[i].Name == operation.Tags[0] {
				page.Groups[i].Operations = append(page.Groups[i].Operations, docsOperationOf(route, operation))
			}
		}
	}
	return page
}

func docsOperationOf(route route, operation *openapi3.Operation) docsOperation {
	made := docsOperation{
		ID: operation.OperationID, Method: route.method, Path: pathInDocument(route.path),
		Summary: operation.Summary, Description: operation.Description, Key: operation.Security != nil,
	}
	for _, ref := range operation.Parameters {
		parameter := ref.Value
		field := docsFieldOf(parameter.Name, parameter.Schema)
		field.Place = parameter.In
		if parameter.Required {
			field.Place += ", required"
		}
		field.Description = cmp.Or(parameter.Description, field.Description)
		if parameter.Example != nil {
			field.Example = fmt.Sprint(parameter.Example)
		}
		made.Parameters = append(made.Parameters, field)
	}
	if operation.RequestBody != nil {
		bodies := docsBodies(operation.RequestBody.Value.Content)
		made.Body = &bodies[0]
		made.Body.Description = operation.RequestBody.Value.Description
	}
	made.Call = docsCall(made, operation.Parameters)
	responses := operation.Responses.Map()
	for status, ref := range responses {
		switch ref.Ref {
		case "#/components/responses/RequestProblem":
			made.Problems = append(made.Problems, status)
			continue
		case "#/components/responses/OtherProblem":
			continue
		}
		answer := docsAnswer{Status: status, Description: *ref.Value.Description, Bodies: docsBodies(ref.Value.Content)}
		for name, header := range ref.Value.Headers {
			field := docsFieldOf(name, header.Value.Schema)
			field.Description = header.Value.Description
			answer.Headers = append(answer.Headers, field)
		}
		slices.SortFunc(answer.Headers, func(a, b docsField) int { return cmp.Compare(a.Name, b.Name) })
		made.Answers = append(made.Answers, answer)
	}
	slices.Sort(made.Problems)
	slices.SortFunc(made.Answers, func(a, b docsAnswer) int { return cmp.Compare(a.Status, b.Status) })
	return made
}

// docsBodies are the bodies of a content, JSON first.
func docsBodies(content openapi3.Content) []docsBody {
	var bodies []docsBody
	for media, described := range content {
		body := docsBody{Media: media, Type: docsType(described.Schema), Description: described.Schema.Value.Description}
		if media != typeProblem {
			body.Fields = docsFields("", described.Schema.Value)
		}
		switch example := described.Example.(type) {
		case nil:
		case string:
			body.Example = strings.TrimSpace(example)
		default:
			text, err := json.MarshalIndent(example, "", "  ")
			if err == nil {
				body.Example = string(text)
			}
		}
		bodies = append(bodies, body)
	}
	slices.SortFunc(bodies, func(a, b docsBody) int {
		switch fiber.MIMEApplicationJSON {
		case a.Media:
			return -1
		case b.Media:
			return 1
		}
		return cmp.Compare(a.Media, b.Media)
	})
	return bodies
}

// docsCall is the operation as a line for a shell, with the address of the
// server in a variable.
func docsCall(made docsOperation, parameters openapi3.Parameters) string {
	path, query := made.Path, []string{}
	for _, ref := range parameters {
		parameter := ref.Value
		if parameter.Example == nil {
			continue
		}
		example := fmt.Sprint(parameter.Example)
		switch {
		case parameter.In == "path":
			path = strings.ReplaceAll(path, "{"+parameter.Name+"}", example)
		case parameter.Required || made.Method == fiber.MethodDelete:
			query = append(query, parameter.Name+"="+example)
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	call := "curl "
	if made.Method != fiber.MethodGet && (made.Method != fiber.MethodPost || made.Body == nil) {
		call += "-X " + made.Method + " "
	}
	call += `"$DOWNPOUR` + path + `"`
	if made.Key {
		call += ` \` + "\n" + `  -H "Authorization: Bearer $KEY"`
	}
	if made.Body == nil || made.Method == fiber.MethodDelete {
		return call
	}
	call += ` \` + "\n  -H 'Content-Type: " + made.Body.Media + "' \\\n  "
	if made.Body.Media != fiber.MIMEApplicationJSON {
		return call + "--data-binary @reports.ndjson"
	}
	return call + "-d '" + oneLine(made.Body.Example) + "'"
}

// oneLine is JSON without its line breaks.
func oneLine(text string) string {
	var line bytes.Buffer
	if json.Compact(&line, []byte(text)) != nil {
		return text
	}
	return line.String()
}

// pathInDocument is the path of a route as OpenAPI writes it.
func pathInDocument(path string) string { return variable.ReplaceAllString(path, "{$1}") }

// variable is a part of a route that stands for any text.
var variable = regexp.MustCompile(`:([a-z]+)`)

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

// prose is text in which back quotes mark code and an empty line a paragraph,
// as openapi.yaml writes it.
func prose(text string) template.HTML {
	var written strings.Builder
	for i, part := range strings.Split(strings.TrimSpace(text), "`") {
		escaped := template.HTMLEscapeString(part)
		if i%2 == 1 {
			written.WriteString("<code>" + escaped + "</code>")
		} else {
			written.WriteString(strings.ReplaceAll(escaped, "\n\n", "</p><p>"))
		}
	}
	return template.HTML(written.String()) //nolint:gosec // every part was escaped
}

// points are the items of a list in Markdown.
func points(text string) []string {
	return strings.Split(strings.TrimPrefix(strings.TrimSpace(text), "- "), "\n- ")
}

// breakable is a path that may break before each of its parts.
func breakable(path string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(path), "/", "<wbr>/")) //nolint:gosec // escaped
}

// decimalOf writes a limit without an exponent.
func decimalOf(limit float64) string { return strconv.FormatFloat(limit, 'f', -1, 64) }
