package status

import (
	"fmt"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// googleStates are the words of status_impact. Information is often about no outage.
var googleStates = words[outage.OfficialState]{
	"available": outage.OfficialOperational, "service_information": outage.OfficialOperational,
	"service_disruption": outage.OfficialPartial, "service_outage": outage.OfficialMajor,
}

type googleIncident struct {
	ID          string
	Created     stamp
	Modified    stamp
	End         stamp
	Description string          `json:"external_desc"`
	Impact      string          `json:"status_impact"`
	Service     string          `json:"service_name"`
	Products    []googleProduct `json:"affected_products"`
	Now         []googleProduct `json:"currently_affected_products"`
	URI         string
}

type googleProduct struct{ ID, Title string }

// readGoogle reads incidents.json of the dashboards of Google Cloud, Workspace and others.
// The list has years of incidents, so an empty one is another form. An incident is open
// while it has no end.
func readGoogle(document []byte, page outage.StatusPage) (reading, error) {
	var d []googleIncident
	if err := decode(document, &d); err != nil {
		return reading{}, err
	}
	if len(d) == 0 || d[0].ID == "" || d[0].Impact == "" {
		return reading{}, fmt.Errorf("%w: it is no list of incidents", errChanged)
	}
	made := reading{state: outage.OfficialOperational}
	for _, in := range d {
		if !in.about(page) {
			continue
		}
		made.notices = append(made.notices, outage.Notice{
			ID: in.ID, Title: in.Description, State: googleStates.of(in.Impact, outage.OfficialUnknown), Link: linkOf(page, in.URI),
			PublishedAt: in.Created.Time, UpdatedAt: in.Modified.Time, ResolvedAt: in.End.Time,
		})
	}
	return made, nil
}

func (i googleIncident) about(page outage.StatusPage) bool {
	products := slices.Concat(i.Products, i.Now)
	if len(products) == 0 {
		return about(page, i.Service)
	}
	for _, product := range products {
		if about(page, product.Title, product.ID) {
			return true
		}
	}
	return false
}
