// Package crosssite decides whether a write was sent by a page of another site.
//
// A page that many people read could otherwise report in the name of each of
// its readers. The decision uses Sec-Fetch-Site, and Origin where a browser does
// not send it, such as an older one or any browser over plain HTTP. Programs
// other than browsers send neither and are not affected.
package crosssite

import (
	"net/url"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Request holds the headers that the decision needs, "" for those not sent.
type Request struct {
	Site   string // Sec-Fetch-Site
	Origin string
	Host   string // the host that the request was sent to, with the port if any
}

// Check returns an outage.Error with CodeForbidden when a page of another site
// sent the request. own are the origins whose pages may write beside the host's
// own, such as https://status.example.org.
//
// Sec-Fetch-Site must be same-origin or none: a page of a sibling domain
// (same-site) is foreign. Without it Origin must name the host, whatever its
// scheme, because a proxy may have ended TLS. The origin null is foreign.
func Check(r Request, own []string) error {
	foreign := false
	switch {
	case r.Origin != "" && slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, r.Origin) }):
	case r.Site != "":
		foreign = r.Site != "same-origin" && r.Site != "none"
	case r.Origin != "":
		foreign = !names(r.Origin, r.Host)
	}
	if !foreign {
		return nil
	}
	return &outage.Error{Code: outage.CodeForbidden, Field: "site", Detail: "the request was sent by a page of another site"}
}

// names reports whether an origin is one of a host.
func names(origin, host string) bool {
	at, err := url.Parse(origin)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return false
	}
	port := map[string]string{"http": ":80", "https": ":443"}[at.Scheme]
	return strings.EqualFold(strings.TrimSuffix(at.Host, port), strings.TrimSuffix(host, port))
}
