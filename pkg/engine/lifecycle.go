package engine

import (
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// lifecycle is the incident of a series, and the changes of it that the present
// minute made.
type lifecycle struct {
	*incident.Lifecycle
	muted     bool    // it was opened before alerts were wanted
	secondary []int32 // places that alarmed outside of the footprint while it was open
	changes   []outage.Incident
}

// emit records changes, unless alerts are not wanted yet.
func (l *lifecycle) emit(changes ...outage.Incident) {
	if !l.muted {
		l.changes = append(l.changes, changes...)
	}
}

// public reports whether an incident is open or recovering that alerts were wanted
// for.
func (l *lifecycle) public() bool { return l.Active() && !l.muted }

// renumber gives places new handles.
func (l *lifecycle) renumber(moved []int32) {
	l.Renumber(moved)
	remaining := l.secondary[:0]
	for _, h := range l.secondary {
		if moved[h] >= 0 {
			remaining = append(remaining, moved[h])
		}
	}
	l.secondary = remaining
}

// attribution is the present one.
func (l *lifecycle) attribution() incident.Attribution {
	in := l.Incident()
	if in.ID == "" || in.Verdict == "" {
		return incident.Attribution{Verdict: outage.LikelyCause}
	}
	return incident.Attribution{Verdict: in.Verdict, Cause: in.Cause, Reasons: in.Reasons}
}

// amendChanges copies a new attribution and parent into the changes of this minute.
// Where there are none, and the attribution or parent is new, it adds a change.
func (l *lifecycle) amendChanges(changed bool) {
	now := l.Incident()
	for i := range l.changes {
		in := &l.changes[i]
		if in.ID == now.ID {
			in.Verdict, in.Cause, in.Reasons, in.Parent = now.Verdict, now.Cause, now.Reasons, now.Parent
		}
	}
	if changed && len(l.changes) == 0 {
		l.emit(now)
	}
}
