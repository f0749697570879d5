package main

import (
	"bufio"
	"context"
	"errors"
	"os"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// scenarioCommand prints a past outage.
type scenarioCommand struct {
	Name   string `arg:"" help:"Name of the scenario."`
	Format string `help:"csv or ndjson." enum:"csv,ndjson" default:"csv"`
}

// Run prints the rows.
func (s *scenarioCommand) Run(ctx context.Context, packs country.Set) error {
	loaded, err := world.Load(packs)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	err = loaded.Print(ctx, s.Name, scenario.Format(s.Format), out)
	return errors.Join(err, out.Flush())
}
