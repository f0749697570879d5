package world

import (
	"context"
	"fmt"
	"io"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// Print writes the rows of a built-in scenario in the format that a backtest reads.
func (w World) Print(ctx context.Context, name string, format scenario.Format, out io.Writer) error {
	script, err := scenario.Load(name)
	if err != nil {
		return err
	}
	rows, err := scenario.NewWriter(out, format)
	if err != nil {
		return err
	}
	last := outage.Minute(0)
	err = scenario.Play(script, scenario.Options{Services: w.Services, Places: w.Cities}, func(row scenario.Row) error {
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
