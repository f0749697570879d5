package runner

import (
	"context"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Replay runs an engine of its own over a span of the past, as a backtest of
// the same counts would: the first warmup minutes of what is known, or a part of less
// history, train and never alert, see engine.Training. It tells each change, and the minute it came from, to note.
func Replay(ctx context.Context, config engine.Config, source Source, span outage.Span, warmup outage.Minute, note func(outage.Minute, []outage.Incident) error) error {
	var t *engine.Engine
	const piece = 24 * 60
	for from := span.From; from < span.To; from += piece {
		part := outage.Span{From: from, To: min(span.To, from+piece)}
		minutes, err := Minutes(ctx, source, nil, part)
		if err != nil {
			return err
		}
		for minute := part.From; minute < part.To; minute++ {
			if t == nil {
				if !reported(minutes[minute]) {
					continue
				}
				config.AlertFrom = minute + engine.Training(span.To-minute, warmup)
				t = engine.New(config)
			}
			changes, err := t.Tick(minute, minutes[minute])
			if err != nil {
				return err
			}
			if len(changes) > 0 {
				if err := note(minute, changes); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
