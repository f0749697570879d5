// Package mcp serves the public API of a Downpour server to language models, by the Model
// Context Protocol.
//
// It owns the choice of tools: the status of services, incidents, series, and a search for
// services and places. They read only, need no key, and give what the API gives, with the
// long parts of an incident left out. It computes nothing, so that a model can quote no
// number that the server does not show.
package mcp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/open-downpour/downpour/pkg/client"
)

// instructions are for the model.
const instructions = `Downpour counts what people report about services, by country and place. Reports are not proof:
say that people report problems, and never that a service is down. The status "unknown" means that too little is known.
Quote numbers with their as_of time and link the page of an incident.`

// tools answer from the API of one server.
type tools struct {
	base   string // address of the server, without a slash at its end
	client *http.Client
}

// New is a server of the protocol over the API at an address.
func New(base, version string, over *http.Client) *mcp.Server {
	t := tools{base, over}
	server := mcp.NewServer(&mcp.Implementation{Name: "downpour", Title: "Downpour", Version: version}, &mcp.ServerOptions{Instructions: instructions})
	mcp.AddTool(server, reading("status", "How a service does now, by country; without a service, what is open now."), answering(t.status))
	mcp.AddTool(server, reading("incidents", "Incidents, the latest opened first."), answering(t.incidents))
	mcp.AddTool(server, reading("series", "Reports of a service over time, beside what is normal."), answering(t.series))
	mcp.AddTool(server, reading("search", "Services and places by a part of their names, in any of the languages. The other tools take the slugs that it gives."), answering(t.search))
	return server
}

// Serve speaks the protocol over standard input and output until ctx or the input ends.
func Serve(ctx context.Context, base, version string, over *http.Client) error {
	return New(base, version, over).Run(ctx, &mcp.StdioTransport{})
}

// reading is a tool that changes nothing.
func reading(name, description string) *mcp.Tool {
	return &mcp.Tool{Name: name, Description: description, Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true}}
}

// answering makes a handler of a function that gives a JSON value.
func answering[In any](answer func(context.Context, In) (any, error)) mcp.ToolHandlerFor[In, any] {
	return func(ctx context.Context, _ *mcp.CallToolRequest, in In) (*mcp.CallToolResult, any, error) {
		value, err := answer(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, nil, err
		}
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: string(text)}}}, nil, nil
	}
}

type statusInput struct {
	Service string `json:"service,omitempty" jsonschema:"slug of a service, such as whatsapp"`
}

func (t tools) status(ctx context.Context, in statusInput) (any, error) {
	path := "/api/v1/summary"
	if in.Service != "" {
		path = "/api/v1/services/" + url.PathEscape(in.Service)
	}
	var found any
	return found, t.get(ctx, path, nil, &found)
}

type incidentsInput struct {
	Service string `json:"service,omitempty" jsonschema:"slug of a service"`
	Country string `json:"country,omitempty" jsonschema:"ISO 3166-1 code, such as GB"`
	State   string `json:"state,omitempty" jsonschema:"open, recovering or resolved"`
	Limit   int    `json:"limit,omitempty" jsonschema:"at most so many, 10 unless given"`
}

// incidentsAnswer is a list of incidents with the parts that a reader quotes.
type incidentsAnswer struct {
	AsOf  string     `json:"as_of"`
	Items []incident `json:"items"`
}

type incident struct {
	ID        string            `json:"id"`
	Service   string            `json:"service"`
	Country   string            `json:"country"`
	State     string            `json:"state"`
	Severity  string            `json:"severity"`
	Verdict   string            `json:"verdict"`
	Cause     *string           `json:"cause"`
	OpenedAt  string            `json:"opened_at"`
	ClosedAt  *string           `json:"closed_at"`
	Regions   []string          `json:"regions"`
	Total     *int64            `json:"total"`
	Narrative map[string]string `json:"narrative,omitempty"`
	Summary   string            `json:"summary,omitempty"` // the English narrative
	Page      string            `json:"page"`
}

const usualIncidents = 10

func (t tools) incidents(ctx context.Context, in incidentsInput) (any, error) {
	if in.Limit == 0 {
		in.Limit = usualIncidents
	}
	var found incidentsAnswer
	err := t.get(ctx, "/api/v1/incidents", url.Values{"service": {in.Service}, "country": {in.Country}, "state": {in.State}, "limit": {strconv.Itoa(in.Limit)}}, &found)
	for i := range found.Items {
		one := &found.Items[i]
		one.Summary, one.Narrative, one.Page = one.Narrative["en"], nil, t.base+"/incidents/"+one.ID
	}
	return found, err
}

type seriesInput struct {
	Service string `json:"service" jsonschema:"slug of a service"`
	Country string `json:"country,omitempty" jsonschema:"ISO 3166-1 code, such as GB"`
	Window  string `json:"window,omitempty" jsonschema:"length up to now, such as 6h or 7d; 24h unless given"`
	Step    string `json:"step,omitempty" jsonschema:"length of a step, such as 15m or 1h; 1h unless given"`
}

func (t tools) series(ctx context.Context, in seriesInput) (any, error) {
	if in.Step == "" {
		in.Step = "1h"
	}
	var found any
	err := t.get(ctx, "/api/v1/services/"+url.PathEscape(in.Service)+"/series", url.Values{"country": {in.Country}, "window": {in.Window}, "step": {in.Step}}, &found)
	return found, err
}

type searchInput struct {
	Query string `json:"query" jsonschema:"a part of a name"`
}

// searchAnswer is what has a name like a question.
type searchAnswer struct {
	Services []service       `json:"services"`
	Places   json.RawMessage `json:"places"`
}

type service struct {
	Slug  string            `json:"slug"`
	Name  string            `json:"name"`
	Names map[string]string `json:"names,omitempty"`
}

func (t tools) search(ctx context.Context, in searchInput) (any, error) {
	var services struct{ Items []service }
	if err := t.get(ctx, "/api/v1/services", nil, &services); err != nil {
		return nil, err
	}
	found := searchAnswer{Services: []service{}}
	for _, one := range services.Items {
		if one.named(in.Query) {
			found.Services = append(found.Services, one)
		}
	}
	var places struct{ Items json.RawMessage }
	if err := t.get(ctx, "/api/v1/places", url.Values{"q": {in.Query}}, &places); err != nil {
		return nil, err
	}
	found.Places = places.Items
	return found, nil
}

// named reports whether a part of a name of the service is the text, without regard to
// case.
func (s service) named(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, name := range s.Names {
		if strings.Contains(strings.ToLower(name), text) {
			return true
		}
	}
	return strings.Contains(s.Slug, text) || strings.Contains(strings.ToLower(s.Name), text)
}

// get reads a JSON answer. Empty parameters are left out.
func (t tools) get(ctx context.Context, path string, parameters url.Values, into any) error {
	for name, values := range parameters {
		if values[0] == "" {
			parameters.Del(name)
		}
	}
	address := t.base + path
	if len(parameters) > 0 {
		address += "?" + parameters.Encode()
	}
	return client.Read(ctx, t.client, address, into)
}
