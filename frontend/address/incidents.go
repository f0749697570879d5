package address

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// IncidentQuery is the filter of the list of incidents, besides the country.
type IncidentQuery struct {
	Service string
	Region  outage.Region
	// From and To are the first and the last day, as 2006-01-02; "" for no bound.
	From, To string
	State    outage.State
	Cursor   string
}

// ListedStates are those that the form offers.
var ListedStates = []outage.State{outage.StateOpen, outage.StateRecovering, outage.StateResolved}

// ParseIncidentQuery reads the query of a list. The error names the parameter.
func ParseIncidentQuery(services Services, of parameter) (IncidentQuery, error) {
	filter := IncidentQuery{State: outage.State(of("state")), Cursor: of("cursor")}
	if filter.State != "" && !slices.Contains(ListedStates, filter.State) {
		return filter, outage.Invalid("state", "It must be open, recovering or resolved.")
	}
	if slug := of("service"); slug != "" {
		service, ok := services.Service(slug)
		if !ok {
			return filter, outage.Unknown("service", "There is no such service.")
		}
		filter.Service = service.Slug
	}
	if region := strings.ToUpper(of("region")); region != "" {
		if !regionForm.MatchString(region) || !outage.Region(region).Country().Covered() {
			return filter, outage.Unknown("region", "There is no such region.")
		}
		filter.Region = outage.Region(region)
	}
	for name, date := range map[string]*string{"from": &filter.From, "to": &filter.To} {
		if *date = of(name); *date == "" {
			continue
		}
		at, err := time.Parse(time.DateOnly, *date)
		if err != nil || at.Year() < firstYear || at.Year() > lastYear {
			return filter, outage.Invalid(name, "It must be a day such as 2026-11-22.")
		}
	}
	if filter.To != "" && filter.From > filter.To {
		return filter, outage.Invalid("to", "It must not be before the first day.")
	}
	return filter, nil
}

var regionForm = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,8}$`)

// Span is the time of the days in a zone, the zero span for all time.
func (q IncidentQuery) Span(zone *time.Location) outage.Span {
	if q.From == "" && q.To == "" {
		return outage.Span{}
	}
	midnight := func(date string, days int, otherwise outage.Minute) outage.Minute {
		at, err := time.ParseInLocation(time.DateOnly, date, zone)
		if err != nil {
			return otherwise
		}
		return outage.MinuteOf(at.AddDate(0, 0, days))
	}
	return outage.Span{From: midnight(q.From, 0, 0), To: midnight(q.To, 1, math.MaxInt32)}
}

// Arbitrary reports whether there are too many such lists to keep all.
func (q IncidentQuery) Arbitrary() bool {
	return q.Cursor != "" || q.Region != "" || q.From != "" || q.To != ""
}

// Query is the list's part of an address, "" for all incidents.
func (q IncidentQuery) Query() string {
	values := url.Values{}
	for name, value := range map[string]string{"service": q.Service, "state": string(q.State), "cursor": q.Cursor,
		"region": string(q.Region), "from": q.From, "to": q.To} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

func (q IncidentQuery) WithCursor(cursor string) IncidentQuery { q.Cursor = cursor; return q }
