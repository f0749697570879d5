package page

import (
	"cmp"
	"net/url"
	"slices"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// official is what a vendor says, with the page where it says so.
// It links to the page about when vendors say something.
type official struct {
	Text, Link, Host string
	Record           link
}

// officialOf is what the vendor said about an incident, the zero value for nothing.
func (q *request) officialOf(in public.Incident) official {
	if in.Official == nil {
		return official{}
	}
	return q.linked(q.builder.sentences.Official(q.At.Lang, in, q.read.asOf), in.Official.Link)
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
	return q.linked(q.builder.sentences.OfficialNow(q.At.Lang, service, v.Country, now, q.read.asOf), link)
}

func (q *request) linked(text, page string) official {
	said := official{Text: text, Record: link{Path: q.Prose(address.LeafVendors), Text: q.T("vendors.title")}}
	if at, err := url.Parse(page); err == nil && at.Scheme == "https" {
		said.Link, said.Host = page, at.Host
	}
	return said
}
