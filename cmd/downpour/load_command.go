package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/tools/load"
)

// loadCommand measures a server by random reports.
type loadCommand struct {
	load.Config
}

// Run prints the result as one JSON object.
func (l *loadCommand) Run(ctx context.Context) error {
	services, err := catalog.Default()
	if err != nil {
		return err
	}
	result, err := load.Run(ctx, l.Config, services.Services())
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
