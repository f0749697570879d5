package status

import (
	"fmt"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// instatusStates are the ends of Instatus's words for the page and for impact; longer words
// such as SOMEMAJOROUTAGE end with one of them. They are compared in this order.
var instatusStates = []struct {
	end   string
	state outage.OfficialState
}{
	{"UNDERMAINTENANCE", outage.OfficialMaintenance},
	{"DEGRADEDPERFORMANCE", outage.OfficialDegraded},
	{"MINOROUTAGE", outage.OfficialPartial},
	{"PARTIALOUTAGE", outage.OfficialPartial},
	{"MAJOROUTAGE", outage.OfficialMajor},
	{"HASISSUES", outage.OfficialDegraded},
	{"OPERATIONAL", outage.OfficialOperational},
	{"UP", outage.OfficialOperational},
}

func instatusState(word string) outage.OfficialState {
	word = strings.ToUpper(strings.TrimSpace(word))
	for _, row := range instatusStates {
		if strings.HasSuffix(word, row.end) {
			return row.state
		}
	}
	return outage.OfficialUnknown
}

type instatus struct {
	Page        *struct{ Name, Status string }
	Incidents   []instatusNotice `json:"activeIncidents"`
	Maintenance []instatusNotice `json:"activeMaintenances"`
}

type instatusNotice struct {
	ID, Name, Status, Impact, URL string
	Started, Start, UpdatedAt     stamp
}

// readInstatus reads /summary.json. It lists only what is open, and leaves empty lists out.
// The list of maintenance has work that has not begun.
func readInstatus(document []byte, page outage.StatusPage) (reading, error) {
	var d instatus
	if err := decode(document, &d); err != nil {
		return reading{}, err
	}
	if d.Page == nil || d.Page.Status == "" {
		return reading{}, fmt.Errorf("%w: it has no page with a status", errChanged)
	}
	made := reading{state: instatusState(d.Page.Status)}
	for _, in := range d.Incidents {
		made.notices = append(made.notices, outage.Notice{
			ID: in.ID, Title: in.Name, State: instatusState(in.Impact), Phase: phases.of(in.Status, ""),
			Link: linkOf(page, in.URL), PublishedAt: in.Started.Time, UpdatedAt: in.UpdatedAt.Time,
		})
	}
	for _, work := range d.Maintenance {
		if strings.EqualFold(work.Status, "INPROGRESS") {
			made.notices = append(made.notices, outage.Notice{
				ID: work.ID, Title: work.Name, State: outage.OfficialMaintenance, Phase: outage.PhaseMonitoring,
				Link: linkOf(page, work.URL), PublishedAt: work.Start.Time, UpdatedAt: work.UpdatedAt.Time,
			})
		}
	}
	return made, nil
}
