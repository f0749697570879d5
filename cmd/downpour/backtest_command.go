package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/duration"
	"github.com/open-downpour/downpour/pkg/tools/backtest"
)

// backtestCommand runs the detector of the server over counts of the past.
type backtestCommand struct {
	Input   string   `help:"Counts to read, CSV or NDJSON, packed with gzip or not; - is standard input." required:"" placeholder:"FILE"`
	Warmup  *history `help:"History that trains and never alerts, as 36h; by default 28d, or half of an input that is no longer." placeholder:"28d"`
	Workers int      `help:"Goroutines that share the work; they change no result." default:"2"`
}

// history is a length of time that may be given in days.
type history time.Duration

// UnmarshalText reads 28d, and what time.ParseDuration reads, such as 1h30m.
func (h *history) UnmarshalText(text []byte) error {
	length, ok := duration.Parse(string(text))
	err := error(nil)
	if !ok {
		length, err = time.ParseDuration(string(text))
	}
	const most = 10 * 366 * duration.Day
	if err != nil || length < 0 || length > most {
		return fmt.Errorf("%q is no length of time such as 28d or 36h", text)
	}
	*h = history(length)
	return nil
}

// Run prints the incidents as NDJSON.
func (c *backtestCommand) Run(ctx context.Context, packs country.Set) error {
	in := io.Reader(os.Stdin)
	if c.Input != "-" {
		file, err := os.Open(c.Input)
		if err != nil {
			return fmt.Errorf("--input: %w", err)
		}
		defer file.Close()
		in = file
	}
	geography, err := cell.Load(packs)
	if err != nil {
		return err
	}
	services, err := catalog.Default()
	if err != nil {
		return err
	}
	opts := backtest.Options{Relations: services, Workers: c.Workers}
	if c.Warmup != nil {
		opts.Warmup = time.Duration(*c.Warmup)
		return backtest.Run(ctx, opts, geography, in, os.Stdout)
	}
	whole, warmup, done, err := backtest.Training(in)
	if err != nil {
		return err
	}
	defer done()
	if warmup < backtest.DefaultWarmup {
		fmt.Fprintf(os.Stderr, "little history: the first %s train, 28d are better\n", duration.Format(warmup))
	}
	opts.Warmup = warmup
	return backtest.Run(ctx, opts, geography, whole, os.Stdout)
}
