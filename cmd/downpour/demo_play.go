package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// demoEvery is how often a demo sends what happened: seldom enough that the
// archive has few batches, and often enough to be seen moving.
const demoEvery = 2 * time.Second

// play sends the reports from the start on, each when it happens, until ctx
// ends. They take the way of an import, so that no limit for people holds them.
func (d *demo) play(ctx context.Context) error {
	options := d.options
	options.Span = outage.Span{From: d.started, To: d.started + demoGoesOn}
	minute, lines := d.started, []scenario.BatchLine(nil)
	err := scenario.Play(d.script, options, func(row scenario.Row) error {
		if row.Minute != minute {
			if err := d.deliver(ctx, minute, lines); err != nil {
				return err
			}
			minute, lines = row.Minute, lines[:0]
		}
		lines = append(lines, scenario.Reports(row)...)
		return nil
	})
	if err != nil {
		return err
	}
	<-ctx.Done() // nothing is left to play
	return nil
}

// deliver sends the reports of a minute piece by piece, each piece once its time
// is over.
func (d *demo) deliver(ctx context.Context, minute outage.Minute, lines []scenario.BatchLine) error {
	slices.SortStableFunc(lines, func(a, b scenario.BatchLine) int { return a.ReportedAt.Compare(b.ReportedAt) })
	for end := minute.Time().Add(demoEvery); !end.After((minute + 1).Time()); end = end.Add(demoEvery) {
		n := 0
		for n < len(lines) && lines[n].ReportedAt.Before(end) {
			n++
		}
		if n == 0 {
			continue
		}
		if err := pause(ctx, end.Sub(d.now())); err != nil {
			return err
		}
		if err := d.send(ctx, lines[:n]); err != nil {
			return err
		}
		lines = lines[n:]
	}
	return nil
}

// send brings lines to the intake, again and again until it takes them: lines
// that are there count nothing.
func (d *demo) send(ctx context.Context, lines []scenario.BatchLine) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	take := func() error {
		receipt, err := d.desk.TakeBatch(ctx, "demo", body.Bytes(), "")
		if err == nil && len(receipt.Rejected) > 0 {
			return retry.Permanent(fmt.Errorf("playing the demo: %w", receipt.Rejected[0]))
		}
		return err
	}
	waits := retry.Waits{First: 100 * time.Millisecond, Most: 2 * time.Second}
	return waits.Do(ctx, take, retry.Once(func(err error) { d.logger.Debug("demo waits", "error", err) }))
}

// pause waits, or returns the error of ctx.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
