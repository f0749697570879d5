package runner

import (
	"context"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Replay runs an engine of its own over a past span, as a backtest of the same counts
// would. The first warmup minutes from the first report on, or a part of a shorter
// history, train without alerts, see engine.Training. It calls emit with the changes of
// each minute.
func Replay(ctx context.Context, config engine.Config, source Source, span outage.Span, warmup outage.Minute, emit func(outage.Minute, []outage.Incident) error) error {
	var e *engine.Engine
	const piece = 24 * 60
	for from := span.From; from < span.To; from += piece {
		part := outage.Span{From: from, To: min(span.To, from+piece)}
		minutes, err := Minutes(ctx, source, nil, part)
		if err != nil {
			return err
		}
		for minute := part.From; minute < part.To; minute++ {
			if e == nil {
				if !reported(minutes[minute]) {
					continue
				}
				config.AlertFrom = minute + engine.Training(span.To-minute, warmup)
				e = engine.New(config)
			}
			changes, err := e.Tick(minute, minutes[minute])
			if err != nil {
				return err
			}
			if len(changes) > 0 {
				if err := emit(minute, changes); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
