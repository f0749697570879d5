package mcp

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// answers are what the API gives, by path and query.
var answers = map[string]string{
	"/api/v1/summary":                                           `{"as_of":"2026-11-22T20:20:00Z","open":[]}`,
	"/api/v1/services/chat":                                     `{"slug":"chat","status":{}}`,
	"/api/v1/services":                                          `{"items":[{"slug":"chat","name":"Chat","names":{"bn":"চ্যাট"}},{"slug":"bank","name":"Bank"}],"next":null}`,
	"/api/v1/places?q=%E0%A6%9A%E0%A7%8D":                       `{"items":[],"next":null}`,
	"/api/v1/incidents?limit=10&state=open":                     `{"as_of":"2026-11-22T20:20:00Z","items":[{"id":"chat-in-1","cells":[1,2,3],"narrative":{"en":"Many people."}}],"next":null}`,
	"/api/v1/services/chat/series?country=IN&step=1h&window=6h": `{"items":[{"reports":7}]}`,
}

// session is a client of a server over the answers.
func session(t *testing.T) *mcp.ClientSession {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.RequestURI()]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			answer = `{"detail":"There is no such service.","field":"slug"}`
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(api.Close)
	near, far := mcp.NewInMemoryTransports()
	if _, err := New(api.URL, "test", api.Client()).Connect(context.Background(), far, nil); err != nil {
		t.Fatal(err)
	}
	client, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(context.Background(), near, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestTools(t *testing.T) {
	client := session(t)
	for _, c := range []struct {
		tool      string
		arguments map[string]any
		want      string
		fails     bool
	}{
		{"status", map[string]any{}, `"open":[]`, false},
		{"status", map[string]any{"service": "chat"}, `"slug":"chat"`, false},
		{"status", map[string]any{"service": "../../metrics"}, "404", true},
		{"incidents", map[string]any{"state": "open"}, `"summary":"Many people."`, false},
		{"series", map[string]any{"service": "chat", "country": "IN", "window": "6h"}, `"reports":7`, false},
		{"series", map[string]any{}, "service", true},
		{"search", map[string]any{"query": "চ্"}, `"services":[{"slug":"chat"`, false},
	} {
		result, err := client.CallTool(context.Background(), &mcp.CallToolParams{Name: c.tool, Arguments: c.arguments})
		if err != nil {
			t.Errorf("%s %v: %v", c.tool, c.arguments, err)
			continue
		}
		text := result.Content[0].(*mcp.TextContent).Text
		if result.IsError != c.fails || !strings.Contains(text, c.want) || strings.Contains(text, "cells") {
			t.Errorf("%s %v: %t %s, want %s", c.tool, c.arguments, result.IsError, text, c.want)
		}
	}
}

func TestToolsReadOnly(t *testing.T) {
	listed, err := session(t).ListTools(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range listed.Tools {
		if tool.Annotations == nil || !tool.Annotations.ReadOnlyHint || tool.Description == "" {
			t.Errorf("%s: %+v", tool.Name, tool.Annotations)
		}
	}
	if len(listed.Tools) != 4 {
		t.Errorf("%d tools", len(listed.Tools))
	}
}
