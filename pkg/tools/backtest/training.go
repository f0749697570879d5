package backtest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// DefaultWarmup is the history that trains and never alerts, unless another is given.
const DefaultWarmup = 28 * 24 * time.Hour

// Training works out how much of an input trains when nothing is said about it:
// DefaultWarmup, or a part of an input that is no longer than that, see
// engine.Training. It reads until it knows and returns the whole input again; what it
// read is kept in a temporary file until done is called. An error of a row is left for
// the run to find.
func Training(in io.Reader) (whole io.Reader, warmup time.Duration, done func(), err error) {
	kept, err := os.CreateTemp("", "downpour-backtest-")
	if err != nil {
		return nil, 0, nil, fmt.Errorf("keeping the input while its length is not known: %w", err)
	}
	done = func() {
		kept.Close()
		os.Remove(kept.Name())
	}
	const most = outage.Minute(DefaultWarmup / time.Minute)
	known := knownMinutes(io.TeeReader(in, kept), most)
	if _, err := kept.Seek(0, io.SeekStart); err != nil {
		done()
		return nil, 0, nil, fmt.Errorf("reading the input again: %w", err)
	}
	return io.MultiReader(kept, in), time.Duration(engine.Training(known, most)) * time.Minute, done, nil
}

// knownMinutes is from the first row to the last one, or more than most as soon as that
// is known.
func knownMinutes(in io.Reader, most outage.Minute) (known outage.Minute) {
	rows, err := scenario.NewReader(in)
	if err != nil {
		return most + 1
	}
	first := outage.Minute(0)
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return known
		}
		if err != nil {
			return most + 1
		}
		if first == 0 {
			first = row.Minute
		}
		if known = row.Minute - first; known > most {
			return known
		}
	}
}
