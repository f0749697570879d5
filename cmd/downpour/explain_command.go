package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/open-downpour/downpour/pkg/tools/explain"
)

// explainCommand prints the minutes around the opening of an incident.
type explainCommand struct {
	Incident string `arg:"" help:"Id of the incident, as in its address."`
	From     string `help:"Address of the server that found it." default:"http://localhost:8080" placeholder:"URL"`
}

// Validate names the flag at fault.
func (c *explainCommand) Validate() error {
	if !strings.HasPrefix(c.From, "http://") && !strings.HasPrefix(c.From, "https://") {
		return fmt.Errorf("--from: %q is not an http(s):// address", c.From)
	}
	return nil
}

// Run prints the table.
func (c *explainCommand) Run(ctx context.Context) error {
	return explain.Print(ctx, strings.TrimSuffix(c.From, "/"), c.Incident, os.Stdout)
}
