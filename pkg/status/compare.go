package status

import (
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// follow is what was just read after what was known: notices keep when they were first
// seen, those that are listed no more are over, and trouble without a notice becomes one.
// changed is false where only the times of reading and updating differ.
func follow(before, now outage.Official) (made outage.Official, changed bool) {
	first := before.CheckedAt.IsZero()
	if now.State.Trouble() && !slices.ContainsFunc(now.Notices, outage.Notice.Open) {
		now.Notices = append([]outage.Notice{{ID: levelNotice + now.CheckedAt.Format("-20060102T150405Z"), State: now.State, Link: now.Page}}, now.Notices...)
		if i := slices.IndexFunc(before.Notices, isLevel); i >= 0 {
			level := before.Notices[i]
			level.State = now.State
			now.Notices[0] = level
		}
	}
	for i, notice := range now.Notices {
		now.Notices[i] = seenBefore(before, notice, now.CheckedAt, first)
	}
	if now.State != outage.OfficialUnknown {
		now.Notices = append(now.Notices, ended(before, now)...)
	}
	now.Notices = ordered(now.Notices)
	if first || now.State != before.State || now.Reason != before.Reason || !slices.EqualFunc(now.Notices, before.Notices, sameNotice) {
		now.At = after(now.CheckedAt, before.At)
		return now, true
	}
	now.At = before.At
	return now, false
}

// isLevel reports whether an open notice was made of a level.
func isLevel(n outage.Notice) bool {
	return n.Open() && len(n.ID) > len(levelNotice) && n.ID[:len(levelNotice)+1] == levelNotice+"-"
}

// seenBefore is a notice with the instant at which it was first read. A new one was not
// published before the last reading without it, whatever the vendor says.
func seenBefore(before outage.Official, n outage.Notice, at time.Time, first bool) outage.Notice {
	i := slices.IndexFunc(before.Notices, func(old outage.Notice) bool { return old.ID == n.ID })
	switch {
	case i >= 0:
		n.SeenAt, n.PublishedAt = before.Notices[i].SeenAt, before.Notices[i].PublishedAt
		return n
	case first || before.State == outage.OfficialUnknown:
	case n.PublishedAt.IsZero():
		n.PublishedAt = at
	case n.PublishedAt.Before(before.CheckedAt):
		n.PublishedAt = before.CheckedAt
	}
	n.SeenAt = at
	return n
}

// ended are the notices that are listed no more, which are over, and those that were over
// less than a day ago.
func ended(before, now outage.Official) (over []outage.Notice) {
	for _, old := range before.Notices {
		if slices.ContainsFunc(now.Notices, func(n outage.Notice) bool { return n.ID == old.ID }) {
			continue
		}
		if old.Open() {
			old.Phase, old.ResolvedAt = outage.PhaseResolved, now.CheckedAt
		}
		if now.CheckedAt.Sub(old.ResolvedAt) <= keptFor {
			over = append(over, old)
		}
	}
	return over
}

func sameNotice(a, b outage.Notice) bool {
	a.UpdatedAt = b.UpdatedAt
	return a.ID == b.ID && a.Title == b.Title && a.State == b.State && a.Phase == b.Phase && a.Link == b.Link &&
		a.PublishedAt.Equal(b.PublishedAt) && a.ResolvedAt.Equal(b.ResolvedAt)
}
