package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// sourceTimeout bounds one request of a command that reads from a server.
const sourceTimeout = 30 * time.Second

// sourceFlag is the server that a command reads from.
type sourceFlag struct {
	From string `help:"Address of the server to read from." default:"http://localhost:8080" placeholder:"URL"`
}

// Validate names the flag at fault.
func (f *sourceFlag) Validate() error {
	if !strings.HasPrefix(f.From, "http://") && !strings.HasPrefix(f.From, "https://") {
		return fmt.Errorf("--from: %q is not an http(s):// address", f.From)
	}
	return nil
}

// base is the address without a slash at its end.
func (f *sourceFlag) base() string { return strings.TrimSuffix(f.From, "/") }

// client reads from the server.
func (f *sourceFlag) client() *http.Client { return &http.Client{Timeout: sourceTimeout} }
