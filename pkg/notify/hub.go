package notify

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// hubName is the name of the hub among targets. No webhook has it.
const hubName = "hub"

// mostTopics bounds the request for an event in many places.
const mostTopics = 200

// topics are the addresses of the feeds that an event changes, the widest first: with and
// without its service, in all countries, its country, its regions and its districts.
func topics(base string, in *Incident, regionOf func(outage.District) outage.Region) []string {
	areas := []outage.IncidentFilter{{}, {Country: in.Country}}
	for _, region := range in.Regions {
		areas = append(areas, outage.IncidentFilter{Country: in.Country, Region: region})
	}
	for _, district := range in.Districts {
		areas = append(areas, outage.IncidentFilter{Country: in.Country, Region: regionOf(district), District: district})
	}
	var addresses []string
	for _, area := range areas {
		for _, service := range []string{"", in.Service} {
			area.Service = service
			for _, path := range public.FeedPaths() {
				addresses = append(addresses, base+path+public.FeedQuery(area))
			}
		}
	}
	return addresses[:min(len(addresses), mostTopics)]
}

// hub is a hub of WebSub (W3C, 2018), which fetches the feeds that changed and sends them to
// its own subscribers. The specification leaves open how a publisher tells its hub;
// hub.mode=publish with the topics as hub.url is what the public hubs take.
type hub struct{ url string }

func (h hub) name() string                      { return hubName }
func (h hub) paused() bool                      { return false }
func (h hub) host() string                      { return hostOf(h.url) }
func (h hub) logs() bool                        { return false }
func (h hub) settled(*leader, *Event, Delivery) {}

// keeps is short: a hub that was away for longer fetches the feeds at the next event.
func (h hub) keeps() time.Duration { return 6 * time.Hour }

func (h hub) selects(event *Event) bool { return event.Kind != KindTest }

func (h hub) send(ctx context.Context, s *Service, event *Event) Delivery {
	form := url.Values{"hub.mode": {"publish"}, "hub.url": topics(s.config.PublicURL, &event.Incident, s.config.Shapes.RegionOfDistrict)}
	return s.exchange(ctx, func(ctx context.Context) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, strings.NewReader(form.Encode()))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return s.do(request, nil)
	})
}
