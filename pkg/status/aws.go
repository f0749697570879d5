package status

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/open-downpour/downpour/pkg/outage"
)

// awsStates are the numbers of an event: 0 is over, 1 information.
var awsStates = words[outage.OfficialState]{
	"0": outage.OfficialOperational, "1": outage.OfficialOperational, "2": outage.OfficialDegraded, "3": outage.OfficialMajor,
}

// text is a JSON string or number.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	*t = text(strings.Trim(string(raw), `"`))
	return nil
}

type awsEvent struct {
	Date    stamp
	End     stamp  `json:"end_time"`
	Region  string `json:"region_name"`
	Service string
	Name    string `json:"service_name"`
	Summary string
	Status  text
	Log     []struct{ Timestamp stamp } `json:"event_log"`
}

// readAWS reads the public list of current events, which is UTF-16 with a mark, or UTF-8.
// It is empty when all is well.
func readAWS(document []byte, page outage.StatusPage) (reading, error) {
	document, _, err := transform.Bytes(unicode.BOMOverride(unicode.UTF8.NewDecoder()), document)
	if err != nil {
		return reading{}, fmt.Errorf("%w: %w", errChanged, err)
	}
	var d []awsEvent
	if err := decode(document, &d); err != nil {
		return reading{}, err
	}
	if d == nil {
		return reading{}, fmt.Errorf("%w: it is no list of events", errChanged)
	}
	made := reading{state: outage.OfficialOperational}
	for _, event := range d {
		if event.Service == "" || event.Date.IsZero() {
			return reading{}, fmt.Errorf("%w: an event has no service or date", errChanged)
		}
		if about(page, event.Service, event.Name, event.Region) {
			made.notices = append(made.notices, event.notice(page))
		}
	}
	return made, nil
}

func (e awsEvent) notice(page outage.StatusPage) outage.Notice {
	notice := outage.Notice{
		ID: fmt.Sprintf("%s-%d", e.Service, e.Date.Unix()), State: awsStates.of(string(e.Status), outage.OfficialUnknown), Link: page.Page,
		PublishedAt: e.Date.Time, ResolvedAt: e.End.Time,
	}
	title, resolved := strings.CutPrefix(e.Summary, "[RESOLVED]")
	notice.Title = strings.Trim(e.Name+": "+strings.TrimSpace(title), ": ")
	if e.Region != "" {
		notice.Title += " (" + e.Region + ")"
	}
	for _, entry := range e.Log {
		if entry.Timestamp.After(notice.UpdatedAt) {
			notice.UpdatedAt = entry.Timestamp.Time
		}
	}
	if resolved || e.Status == "0" {
		notice.Phase = outage.PhaseResolved
	}
	return notice
}
