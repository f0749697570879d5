package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/open-downpour/downpour/pkg/capalert"
)

// spec checks requests and answers against openapi.yaml.
type spec struct {
	document *openapi3.T
	router   routers.Router
}

func loadSpec(t testing.TB) *spec {
	t.Helper()
	openapi3filter.RegisterBodyDecoder(typeGeoJSON, openapi3filter.JSONBodyDecoder)
	openapi3filter.RegisterBodyDecoder(typeStream, openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder(capalert.MediaType, openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder(typeAtom, openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.PlainBodyDecoder)
	document, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	return &spec{document, router}
}

// check fails the test when the answer is not what the document promises, or
// when a request that was answered well is not one that it allows, unless the
// test says that leniency is meant. What the
// document does not have, such as an unknown address, must be a problem.
func (s *spec) check(t testing.TB, request *http.Request, requestBody string, response *http.Response, body []byte, lenient bool) {
	t.Helper()
	request.Body = io.NopCloser(strings.NewReader(requestBody))
	route, parameters, err := s.router.FindRoute(request)
	if err != nil {
		s.checkProblem(t, body)
		return
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, Route: route, PathParams: parameters,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if response.StatusCode < 300 && !lenient {
		if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
			t.Errorf("the request was answered, but the document does not allow it: %v", err)
		}
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 response.StatusCode,
		Header:                 response.Header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options:                input.Options,
	})
	if err != nil {
		t.Errorf("the answer is not what the document promises: %v", err)
	}
}

func (s *spec) checkProblem(t testing.TB, body []byte) {
	t.Helper()
	schema := s.document.Components.Schemas["Problem"].Value
	if err := schema.VisitJSON(decodeJSON(t, body), openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("not a problem: %v", err)
	}
}

func TestSpecListsEveryRoute(t *testing.T) {
	var want, got []string
	for _, route := range New(Config{}).routes() {
		want = append(want, route.method+" "+pathInDocument(route.path))
	}
	for path, item := range loadSpec(t).document.Paths.Map() {
		for method := range item.Operations() {
			got = append(got, method+" "+path)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("openapi.yaml has\n%s\nthe router has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSpecListsEveryCode(t *testing.T) {
	var want, got []string
	for code := range statuses {
		want = append(want, string(code))
		if titles[code] == "" {
			t.Errorf("%s has no title", code)
		}
	}
	for _, code := range loadSpec(t).document.Components.Schemas["Code"].Value.Enum {
		got = append(got, code.(string))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("openapi.yaml has %v, the server %v", got, want)
	}
}
