package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// demoBlock is how many reports go into the archive at a time: enough to be
// fast, and few enough that one block holds up no stop.
const demoBlock = 100_000

// demoReceived is for how many minutes the reports that are loaded are said to
// have been here: long enough that nobody's half hour and no undo hangs on them,
// so that the counters are restored without them.
const demoReceived = 2 * 60

// fill puts the reports of a span into the archive. The next block is drawn
// while one is inserted.
func (d *demo) fill(ctx context.Context, span outage.Span) error {
	blocks := make(chan demoPart)
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error {
		defer close(blocks)
		return d.draw(ctx, span, blocks)
	})
	work.Go(func() error {
		for block := range blocks {
			token := fmt.Sprintf("%s %d %d", d.script.Name, d.started, block.span.From)
			if err := d.db.Load(ctx, token, block.entries); err != nil {
				return fmt.Errorf("loading the demo: %w", err)
			}
			d.done.Add(int64(block.span.To - block.span.From))
		}
		return nil
	})
	return work.Wait()
}

// demoPart is what was reported in a span.
type demoPart struct {
	span    outage.Span
	entries []outage.Entry
}

// draw gives the reports of a span in parts of whole minutes.
func (d *demo) draw(ctx context.Context, span outage.Span, to chan<- demoPart) error {
	part := demoPart{span: outage.Span{From: span.From, To: span.From}}
	give := func(until outage.Minute) error {
		part.span.To = until
		select {
		case to <- part:
		case <-ctx.Done():
			return ctx.Err()
		}
		part = demoPart{span: outage.Span{From: until, To: until}, entries: make([]outage.Entry, 0, demoBlock)}
		return nil
	}
	options, minute := d.options, span.From
	options.Span = span
	err := scenario.Play(d.script, options, func(row scenario.Row) error {
		if row.Minute != minute {
			minute = row.Minute
			if len(part.entries) >= demoBlock {
				if err := give(minute); err != nil {
					return err
				}
			}
		}
		at, err := d.ground.spot(row.Point)
		part.entries = scenario.AppendEntries(part.entries, &row, at.cell, at.region, d.started-demoReceived)
		return err
	})
	if err != nil {
		return err
	}
	return give(span.To)
}

// ground finds the cells of points, of which a scenario has only so many. It is
// for one goroutine.
type ground struct {
	geography *cell.Geography
	spots     map[outage.LatLng]spot
}

type spot struct {
	cell   outage.Cell
	region outage.Region
}

func newGround(geography *cell.Geography) *ground {
	return &ground{geography: geography, spots: map[outage.LatLng]spot{}}
}

func (g *ground) spot(point outage.LatLng) (at spot, err error) {
	at, known := g.spots[point]
	if !known {
		if at.cell, _, at.region, err = g.geography.Locate(point); err != nil {
			return at, err
		}
		g.spots[point] = at
	}
	return at, nil
}
