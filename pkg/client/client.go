// Package client calls the HTTP API of a Downpour server from Go. Its types and
// methods are generated from api/openapi.yaml, so that what the document says
// is what compiles; this file adds only how to name a server and a key.
//
// It promises a method for each operation of the document, and that each answer
// keeps its status, headers and body beside what was decoded. It refuses to
// retry, to wait or to cache: its callers know what may be sent again.
package client

import (
	"context"
	"net/http"
)

//go:generate go -C ../../.ci/openapi tool oapi-codegen -config ../../pkg/client/generate.yaml -o ../../pkg/client/client.gen.go ../../api/openapi.yaml

// Dial is a client of the server at an address such as http://localhost:8080.
// No connection is made yet. The key may be empty; then only what needs no key
// can be called.
func Dial(server, key string, over *http.Client) (*ClientWithResponses, error) {
	options := []ClientOption{WithHTTPClient(over)}
	if key != "" {
		options = append(options, WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", "Bearer "+key)
			return nil
		}))
	}
	return NewClientWithResponses(server, options...)
}
