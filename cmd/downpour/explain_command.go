package main

import (
	"context"
	"os"

	"github.com/open-downpour/downpour/pkg/tools/explain"
)

// explainCommand prints the minutes around the opening of an incident.
type explainCommand struct {
	Incident string `arg:"" help:"Id of the incident, as in its address."`
	sourceFlag
}

// Run prints the table.
func (c *explainCommand) Run(ctx context.Context) error {
	return explain.Print(ctx, c.client(), c.base(), c.Incident, os.Stdout)
}
