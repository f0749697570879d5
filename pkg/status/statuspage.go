package status

import (
	"fmt"

	"github.com/open-downpour/downpour/pkg/outage"
)

// statuspageStates are the words of Atlassian Statuspage and of compatible pages: for
// components, for the page and for the impact of incidents.
var statuspageStates = words[outage.OfficialState]{
	"operational": outage.OfficialOperational, "degraded_performance": outage.OfficialDegraded, "partial_outage": outage.OfficialPartial,
	"major_outage": outage.OfficialMajor, "full_outage": outage.OfficialMajor, "under_maintenance": outage.OfficialMaintenance,
	"none": outage.OfficialOperational, "minor": outage.OfficialDegraded, "major": outage.OfficialPartial,
	"critical": outage.OfficialMajor, "maintenance": outage.OfficialMaintenance,
}

// underWay are the words for planned work that has begun.
var underWay = words[outage.OfficialPhase]{"in_progress": outage.PhaseMonitoring, "verifying": outage.PhaseMonitoring}

type statuspage struct {
	Page   *struct{ Name string }
	Status *struct{ Indicator string }
	// Nil where the document has no such list, as incidents.json has no components.
	Components  []statuspageComponent
	Incidents   []statuspageIncident
	Maintenance []statuspageIncident `json:"scheduled_maintenances"`
}

type statuspageComponent struct {
	ID, Name, Status string
	Group            bool
	GroupID          string `json:"group_id"`
}

type statuspageIncident struct {
	ID, Name, Status, Impact string
	CreatedAt                stamp `json:"created_at"`
	UpdatedAt                stamp `json:"updated_at"`
	ResolvedAt               stamp `json:"resolved_at"`
	Components               []statuspageComponent
}

// readStatuspage reads /api/v2/summary.json and /api/v2/incidents.json. Where all of a page
// is about the service, the state is the worse of the page's own indicator and of the
// components; a group repeats its components.
func readStatuspage(document []byte, page outage.StatusPage) (reading, error) {
	var d statuspage
	if err := decode(document, &d); err != nil {
		return reading{}, err
	}
	if d.Page == nil || d.Page.Name == "" || d.Status == nil && d.Incidents == nil {
		return reading{}, fmt.Errorf("%w: it has no page with a status or incidents", errChanged)
	}
	made := reading{state: outage.OfficialOperational}
	if d.Status != nil && !filtered(page) {
		made.state = statuspageStates.of(d.Status.Indicator, outage.OfficialUnknown)
	}
	groups, found := map[string]string{}, 0
	for _, c := range d.Components {
		if c.Group {
			groups[c.ID] = c.Name
		}
	}
	for _, c := range d.Components {
		if !c.Group && about(page, c.Name, groups[c.GroupID]) {
			found++
			made.state = worse(made.state, statuspageStates.of(c.Status, outage.OfficialUnknown))
		}
	}
	if d.Status != nil && filtered(page) && found == 0 {
		return reading{}, fmt.Errorf("%w: no component is about the service", errChanged)
	}
	for _, in := range d.Incidents {
		if in.about(page) {
			made.notices = append(made.notices, in.notice(page, phases.of(in.Status, "")))
		}
	}
	for _, in := range d.Maintenance {
		if phase := underWay.of(in.Status, ""); phase != "" && in.about(page) {
			in.Impact = "maintenance"
			made.notices = append(made.notices, in.notice(page, phase))
		}
	}
	return made, nil
}

func (i statuspageIncident) about(page outage.StatusPage) bool {
	if !filtered(page) {
		return true
	}
	if len(i.Components) == 0 {
		return about(page, i.Name)
	}
	for _, c := range i.Components {
		if about(page, c.Name) {
			return true
		}
	}
	return false
}

func (i statuspageIncident) notice(page outage.StatusPage, phase outage.OfficialPhase) outage.Notice {
	return outage.Notice{
		ID: i.ID, Title: i.Name, State: statuspageStates.of(i.Impact, outage.OfficialUnknown), Phase: phase,
		Link:        linkOf(page, "/incidents/"+i.ID),
		PublishedAt: i.CreatedAt.Time, UpdatedAt: i.UpdatedAt.Time, ResolvedAt: i.ResolvedAt.Time,
	}
}
