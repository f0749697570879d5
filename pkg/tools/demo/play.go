package demo

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

// sendEvery is how often reports are sent: seldom enough that the archive has few
// batches, and often enough that pages are seen to change.
const sendEvery = 2 * time.Second

// play sends the reports from the start on, each when it happens, until ctx
// ends. They are sent as an import, so that no limit for people applies.
func (d *Demo) play(ctx context.Context) error {
	options := d.options
	options.Span = outage.Span{From: d.started, To: d.started + continueFor}
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
func (d *Demo) deliver(ctx context.Context, minute outage.Minute, lines []scenario.BatchLine) error {
	slices.SortStableFunc(lines, func(a, b scenario.BatchLine) int { return a.ReportedAt.Compare(b.ReportedAt) })
	for end := minute.Time().Add(sendEvery); !end.After((minute + 1).Time()); end = end.Add(sendEvery) {
		n := 0
		for n < len(lines) && lines[n].ReportedAt.Before(end) {
			n++
		}
		if n == 0 {
			continue
		}
		if err := pause(ctx, end.Sub(d.config.Now())); err != nil {
			return err
		}
		if err := d.send(ctx, lines[:n]); err != nil {
			return err
		}
		lines = lines[n:]
	}
	return nil
}

// send sends lines to the intake until it takes them. Lines that it has already
// do not count again.
func (d *Demo) send(ctx context.Context, lines []scenario.BatchLine) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	take := func() error {
		receipt, err := d.Intake.TakeBatch(ctx, "demo", body.Bytes(), "")
		if err == nil && len(receipt.Rejected) > 0 {
			return retry.Permanent(fmt.Errorf("playing the demo: %w", receipt.Rejected[0]))
		}
		return err
	}
	waits := retry.Waits{First: 100 * time.Millisecond, Most: 2 * time.Second}
	return waits.Do(ctx, take, retry.Once(func(err error) { d.config.Logger.Debug("demo waits for the intake", "error", err) }))
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
