// Package backtest runs the detector of the server over counts of the past, in
// event time, and writes the incidents that it finds as NDJSON.
//
// The same rows give the same lines, whatever the number of workers. It reads no
// clock and knows no server.
package backtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// Geography is what a backtest asks of the map.
type Geography interface {
	engine.Geography
	// Locate is the cell of a point, and the country it lies in or next to; an
	// error for a point that is near none.
	Locate(outage.LatLng) (outage.Cell, outage.Country, outage.Region, error)
}

// Options are the flags of the backtest.
type Options struct {
	// Relations is what is known of services; of a slug that it lacks, nothing.
	Relations incident.Relations
	Warmup    time.Duration // history that trains and never alerts
	Workers   int           // goroutines that share a minute
}

// Run reads rows, runs the detector of the server over them in event
// time, and writes a line for each incident when it opens and when it changes.
// What was found before an error is written.
func Run(ctx context.Context, opts Options, geography Geography, in io.Reader, out io.Writer) error {
	rows, err := scenario.NewReader(in)
	if err != nil {
		return fmt.Errorf("backtesting: %w", err)
	}
	b := run{opts: opts, places: newPlacer(geography), lines: newIncidentLines(out)}
	if err := b.all(ctx, rows); err != nil {
		return fmt.Errorf("backtesting: %w", err)
	}
	return nil
}

type run struct {
	opts   Options
	places *placer
	lines  *incidentLines
	engine *engine.Engine
	minute outage.Minute
	counts []outage.Judged // of the minute
	total  int             // reporters of the minute
	named  bool            // a row has named an access network
}

func (b *run) all(ctx context.Context, rows *scenario.Reader) error {
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return b.tick()
		}
		if err != nil {
			return err
		}
		if b.engine == nil {
			b.begin(row.Minute)
		}
		if err := b.fits(&row, rows.Line()); err != nil {
			return err
		}
		if row.Minute != b.minute {
			if err := b.tick(); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			b.minute, b.total = row.Minute, row.Reporters
		}
		b.counts = append(b.counts, b.judged(&row))
	}
}

// judged is a row as the engine takes it. Symptoms say nothing without networks.
func (b *run) judged(row *scenario.Row) outage.Judged {
	count := outage.Judged{Service: row.Service, Country: row.Country, Cell: b.places.cell(row), Reporters: row.Reporters}
	if row.Network != "" {
		b.named = true
		count.Access = []outage.AccessCount{{Network: row.Network, Reporters: float64(row.Reporters)}}
	}
	if b.named && row.Symptom != "" {
		count.Symptoms = []outage.SymptomCount{{Symptom: row.Symptom, Reporters: float64(row.Reporters)}}
	}
	return count
}

// fits refuses rows that no world has: every minute between two rows is ticked,
// so a slip in a year would take days, and counts are summed up.
func (b *run) fits(row *scenario.Row, line int) error {
	const longest = 366 * 24 * 60
	var err *outage.Error
	if row.Minute == b.minute {
		b.total += row.Reporters
	}
	switch {
	case row.Minute-b.minute > longest:
		err = outage.Invalid("timestamp", "is more than a year after that of the row before")
	case b.total > engine.MostReporters || row.Reporters > engine.MostReporters:
		err = outage.Invalid("reporters", "make more than %d in one minute", engine.MostReporters)
	default:
		return nil
	}
	err.Line = line
	return err
}

// begin starts the engine at the minute of the first row.
func (b *run) begin(first outage.Minute) {
	config := engine.DefaultConfig(b.places.geography)
	if b.opts.Relations != nil {
		config.Relations = b.opts.Relations
	}
	config.Workers = max(1, b.opts.Workers)
	config.AlertFrom = first + outage.Minute(b.opts.Warmup/time.Minute)
	b.engine, b.minute = engine.New(config), first
}

// tick takes in the minute whose rows have all been read, and the empty ones
// before it.
func (b *run) tick() error {
	if b.engine == nil {
		return nil
	}
	changes, err := b.engine.Tick(b.minute, b.counts)
	if err != nil {
		return err
	}
	b.counts = b.counts[:0]
	return b.lines.write(changes)
}

// placer turns points into cells, and remembers them: reports come from the
// same places again and again.
type placer struct {
	geography Geography
	known     map[placeOf]outage.Cell
}

type placeOf struct {
	point   outage.LatLng
	country outage.Country
}

const mostKnownPlaces = 1 << 18

func newPlacer(geography Geography) *placer {
	return &placer{geography: geography, known: make(map[placeOf]outage.Cell)}
}

// cell is where a row counts; 0, the country alone, where its point is missing
// or too far from the row's country.
func (p *placer) cell(row *scenario.Row) outage.Cell {
	if !row.Placed {
		return 0
	}
	at := placeOf{row.Point, row.Country}
	if cell, ok := p.known[at]; ok {
		return cell
	}
	cell, country, _, err := p.geography.Locate(row.Point)
	if err != nil || country != row.Country {
		cell = 0
	}
	if len(p.known) >= mostKnownPlaces {
		clear(p.known)
	}
	p.known[at] = cell
	return cell
}
