package public

import (
	"net/url"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Where the feeds of incidents are. A service, a country, a region or a district narrows them
// down.
const (
	AtomPath     = "/feeds/incidents.atom"
	JSONFeedPath = "/feeds/incidents.json"
	AlertsPath   = "/feeds/incidents.cap"
)

// FeedPaths are all of them.
func FeedPaths() []string { return []string{AtomPath, JSONFeedPath, AlertsPath} }

// FeedQuery is the query of a feed, in the one form in which the feed names itself.
func FeedQuery(filter outage.IncidentFilter) string {
	about := url.Values{}
	for name, value := range map[string]string{
		"service": filter.Service, "country": string(filter.Country), "region": string(filter.Region), "district": string(filter.District),
	} {
		if value != "" {
			about.Set(name, value)
		}
	}
	if len(about) == 0 {
		return ""
	}
	return "?" + about.Encode()
}
