package status

import (
	"fmt"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// slackStates are the types of Slack's incidents.
var slackStates = words[outage.OfficialState]{
	"incident": outage.OfficialPartial, "outage": outage.OfficialMajor, "notice": outage.OfficialOperational,
	"maintenance": outage.OfficialMaintenance,
}

// slackPhases are the statuses of Slack's incidents; one that is active has no phase.
var slackPhases = words[outage.OfficialPhase]{
	"resolved": outage.PhaseResolved, "completed": outage.PhaseResolved, "cancelled": outage.PhaseResolved,
}

type slack struct {
	Status    string
	Incidents []slackIncident `json:"active_incidents"`
}

type slackIncident struct {
	ID                       text
	Title, Type, Status, URL string
	Created                  stamp `json:"date_created"`
	Updated                  stamp `json:"date_updated"`
}

// readSlack reads /api/v2.0.0/current. Planned work stands in the same list, before it
// begins too.
func readSlack(document []byte, page outage.StatusPage) (reading, error) {
	var d slack
	if err := decode(document, &d); err != nil {
		return reading{}, err
	}
	made := reading{state: outage.OfficialOperational}
	switch {
	case d.Status != "ok" && d.Status != "active":
		return reading{}, fmt.Errorf("%w: its status is neither ok nor active", errChanged)
	case d.Status == "active" && len(d.Incidents) == 0:
		made.state = outage.OfficialUnknown
	}
	for _, in := range d.Incidents {
		if strings.EqualFold(in.Status, "scheduled") {
			continue
		}
		made.notices = append(made.notices, outage.Notice{
			ID: string(in.ID), Title: in.Title, State: slackStates.of(in.Type, outage.OfficialUnknown), Phase: slackPhases.of(in.Status, ""),
			Link: linkOf(page, in.URL), PublishedAt: in.Created.Time, UpdatedAt: in.Updated.Time,
		})
	}
	return made, nil
}
