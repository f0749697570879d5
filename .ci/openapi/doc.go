// Package clients tests that generators of API clients, with their default
// settings, take the description that a server gives at /api/openapi.json. It
// is a module of its own, so that their dependencies stay out of go.mod.
package clients
