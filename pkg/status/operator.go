package status

import (
	"context"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// operatorNotice is the id of a notice that an operator entered.
const operatorNotice = "operator-"

// Enter stores what an operator says for the vendor. A notice that is entered while one is
// open changes that; a resolved one ends it. The notice's times may be zero.
func (s *Store) Enter(ctx context.Context, service, page string, notice outage.Notice) (outage.Official, error) {
	now := s.config.Now().UTC().Truncate(time.Millisecond)
	before, ok := s.last(subject{service, outage.FromOperator})
	entered := outage.Official{Service: service, Source: outage.FromOperator, State: notice.State, Page: page, At: after(now, before.At), CheckedAt: now}
	notice.Title, notice.UpdatedAt = plain(notice.Title), now
	if ok && !before.Withdrawn && len(before.Notices) > 0 && before.Notices[0].Open() {
		notice.ID, notice.SeenAt = before.Notices[0].ID, before.Notices[0].SeenAt
		if notice.PublishedAt.IsZero() {
			notice.PublishedAt = before.Notices[0].PublishedAt
		}
	} else {
		notice.ID, notice.SeenAt = operatorNotice+now.Format("20060102T150405.000Z"), now
		if notice.PublishedAt.IsZero() {
			notice.PublishedAt = now
		}
	}
	if notice.Phase == outage.PhaseResolved {
		notice.ResolvedAt = now
	}
	entered.Notices = []outage.Notice{notice}
	return entered, s.record(ctx, entered)
}

// Withdraw takes an operator's entry back, so that the page counts again. It is false where
// there is none.
func (s *Store) Withdraw(ctx context.Context, service string) (bool, error) {
	before, ok := s.last(subject{service, outage.FromOperator})
	if !ok || before.Withdrawn {
		return false, nil
	}
	now := s.config.Now().UTC().Truncate(time.Millisecond)
	before.Withdrawn, before.At = true, after(now, before.At)
	for i, notice := range before.Notices {
		if notice.Open() {
			before.Notices[i].Phase, before.Notices[i].ResolvedAt = outage.PhaseResolved, now
		}
	}
	return true, s.record(ctx, before)
}

// after is an instant that is later than the last change, whatever the clock says.
func after(now, last time.Time) time.Time {
	if !now.After(last) {
		return last.Add(time.Millisecond)
	}
	return now
}
