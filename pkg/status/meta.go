package status

import (
	"fmt"

	"github.com/open-downpour/downpour/pkg/outage"
)

// metaStates are the words of metastatus.com.
var metaStates = words[outage.OfficialState]{
	"no known issues": outage.OfficialOperational, "resolved": outage.OfficialOperational,
	"low disruptions": outage.OfficialDegraded, "medium disruptions": outage.OfficialPartial,
	"high disruptions": outage.OfficialMajor, "major disruptions": outage.OfficialMajor,
}

type metaProduct struct {
	ID, Name string
	Services []struct{ Name, Status string }
}

// readMeta reads /data/orgs.json: products by name or id, with the level of each of their
// services and without notices. They are products for businesses.
func readMeta(document []byte, page outage.StatusPage) (reading, error) {
	var d []metaProduct
	if err := decode(document, &d); err != nil {
		return reading{}, err
	}
	made, found := reading{state: outage.OfficialOperational}, false
	for _, product := range d {
		if !about(page, product.ID, product.Name) {
			continue
		}
		for _, service := range product.Services {
			found = true
			made.state = worse(made.state, metaStates.of(service.Status, outage.OfficialUnknown))
		}
	}
	if !found {
		return reading{}, fmt.Errorf("%w: no product is about the service", errChanged)
	}
	return made, nil
}
