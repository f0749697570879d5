package page

import (
	"cmp"
	"net/url"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// official is what a vendor says, with the page where it says so.
type official struct{ Text, Link, Host string }

// officialOf is what the vendor said about an incident, the zero value for nothing.
func (q *request) officialOf(in public.Incident) official {
	if in.Official == nil {
		return official{}
	}
	return linked(q.builder.sentences.Official(q.At.Lang, in, q.read.asOf), in.Official.Link)
}

// officialNow is what the vendor says beside a verdict: about the open incidents, or else how
// it does, which is left out where neither people nor the vendor know of trouble.
func (q *request) officialNow(service string, v verdict, open public.Group) official {
	if i := slices.IndexFunc(open, func(in public.Incident) bool { return in.Official != nil }); i >= 0 {
		return q.officialOf(open[i])
	}
	now, ok := q.read.readings.OfficialNow(service)
	if !ok || len(open) == 0 && now.State.Rank() <= outage.OfficialUnknown.Rank() {
		return official{}
	}
	link := now.Page
	if len(now.Notices) > 0 {
		link = cmp.Or(now.Notices[0].Link, link)
	}
	return linked(q.builder.sentences.OfficialNow(q.At.Lang, service, v.Country, now, q.read.asOf), link)
}

func linked(text, link string) official {
	at, err := url.Parse(link)
	if err != nil || at.Scheme != "https" {
		return official{Text: text}
	}
	return official{text, link, at.Host}
}
