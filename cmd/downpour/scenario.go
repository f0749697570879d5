package main

import (
	"context"
	"fmt"
	"io"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// printScenario writes the rows of a built-in scenario, as the backtest reads
// them, in "csv" or "ndjson". Services is the catalogue, places are the cities
// that reports come from.
func printScenario(ctx context.Context, name, format string, services []outage.Service, places []scenario.Place, out io.Writer) error {
	script, err := scenario.Load(name)
	if err != nil {
		return err
	}
	rows, err := scenario.NewWriter(out, scenario.Format(format))
	if err != nil {
		return err
	}
	last := outage.Minute(0)
	err = scenario.Play(script, scenario.Options{Services: services, Places: places}, func(row scenario.Row) error {
		if row.Minute != last {
			last = row.Minute
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return rows.Write(&row)
	})
	if err != nil {
		return fmt.Errorf("printing scenario %s: %w", name, err)
	}
	return rows.Flush()
}
