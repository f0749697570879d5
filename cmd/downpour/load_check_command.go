package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/open-downpour/downpour/pkg/tools/load"
)

// loadCheckCommand compares what a server accepted with what is archived. The exit status is 0
// where each report is there once.
type loadCheckCommand struct {
	Ledger     string `arg:"" help:"File that load --ledger wrote." type:"existingfile"`
	Clickhouse string `help:"ClickHouse with the reports: an http(s):// address." required:"" placeholder:"URL"`
}

// Run prints the comparison as one JSON object.
func (c *loadCheckCommand) Run(ctx context.Context) error {
	rows, err := load.ArchivedIDs(ctx, c.Clickhouse)
	if err != nil {
		return err
	}
	file, err := os.Open(c.Ledger)
	if err != nil {
		return err
	}
	defer file.Close()
	found, err := load.Check(file, rows)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		return err
	}
	if !found.Whole() {
		return errors.New("load-check: " + found.String())
	}
	return nil
}
