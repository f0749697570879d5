package locale

import (
	"github.com/open-downpour/downpour/pkg/public"
)

// Notice says in two short texts, as for the screen of a phone, that an incident opened or,
// where it is over, that it ended.
func (f *IncidentFormatter) Notice(lang string, in public.Incident) (title, text string) {
	l := New(lang, in.Country)
	key, at := "push.opened", in.OpenedAt
	if !in.ClosedAt.IsZero() {
		key, at = "push.resolved", in.ClosedAt
	}
	return l.T(key, "service", f.service(l, in.Service)), l.T(key+".text", "where", f.where(l, in), "time", l.TimeOfDay(at, in.Country).Text)
}
