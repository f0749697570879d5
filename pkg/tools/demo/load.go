package demo

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// blockSize is how many reports go into the archive at a time: enough to be
// fast, and few enough that one block holds up no stop.
const blockSize = 100_000

// receivedBefore is how many minutes before the start the loaded reports are marked
// as received: long enough that no half hour of a reporter and no undo depends on
// them, so that the counters are restored without them.
const receivedBefore = 2 * 60

// fill puts the reports of a span into the archive. The next block is drawn
// while one is inserted.
func (d *Demo) fill(ctx context.Context, span outage.Span) error {
	blocks := make(chan block)
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error {
		defer close(blocks)
		return d.draw(ctx, span, blocks)
	})
	work.Go(func() error {
		for next := range blocks {
			token := fmt.Sprintf("%s %d %d", d.script.Name, d.started, next.span.From)
			if err := d.Archive.Load(ctx, token, next.entries); err != nil {
				return fmt.Errorf("loading the demo: %w", err)
			}
			d.done.Add(int64(next.span.To - next.span.From))
		}
		return nil
	})
	return work.Wait()
}

// block is the reports of a span.
type block struct {
	span    outage.Span
	entries []outage.Entry
}

// draw sends the reports of a span in blocks of whole minutes.
func (d *Demo) draw(ctx context.Context, span outage.Span, to chan<- block) error {
	part := block{span: outage.Span{From: span.From, To: span.From}}
	send := func(until outage.Minute) error {
		part.span.To = until
		select {
		case to <- part:
		case <-ctx.Done():
			return ctx.Err()
		}
		part = block{span: outage.Span{From: until, To: until}, entries: make([]outage.Entry, 0, blockSize)}
		return nil
	}
	options, minute := d.options, span.From
	options.Span = span
	err := scenario.Play(d.script, options, func(row scenario.Row) error {
		if row.Minute != minute {
			minute = row.Minute
			if len(part.entries) >= blockSize {
				if err := send(minute); err != nil {
					return err
				}
			}
		}
		at, err := d.cells.locate(row.Point)
		part.entries = scenario.AppendEntries(part.entries, &row, at, d.started-receivedBefore)
		return err
	})
	if err != nil {
		return err
	}
	return send(span.To)
}
