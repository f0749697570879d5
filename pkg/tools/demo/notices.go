package demo

import (
	"context"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
)

// playNotices enters what the vendor says, each notice when it was published, from when the
// archive is loaded.
func (d *Demo) playNotices(ctx context.Context) error {
	if d.Official == nil || closed(ctx, d.filled) != nil {
		return nil
	}
	waits := retry.Waits{First: 100 * time.Millisecond, Most: 2 * time.Second}
	for _, n := range d.script.Notices {
		at := (n.At + d.shift()).Time()
		if pause(ctx, at.Sub(d.config.Now())) != nil {
			return nil
		}
		notice := outage.Notice{State: n.State, Phase: n.Phase, Title: n.Title}
		if n.Phase == outage.PhaseInvestigating { // the first of a series, whose time stays
			notice.PublishedAt = at
		}
		err := waits.Do(ctx, func() error {
			_, err := d.Official.Enter(ctx, n.Service, "", notice)
			return err
		}, retry.Once(func(err error) { d.config.Logger.Debug("demo waits for the archive", "error", err) }))
		if err != nil {
			return nil
		}
	}
	return nil
}
