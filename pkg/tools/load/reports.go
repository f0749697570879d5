package load

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// maxClients is how many addresses 100.64.0.0/10 has, the network of carriers'
// translators, from which no true client of a public server comes.
const maxClients = 1 << 22

// reports draws random reports: of all services, from towns of all countries.
type reports struct {
	random   *rand.Rand
	services []outage.Service
	towns    []Town
	clients  int
}

// report is a random report.
type report struct {
	address string
	body    []byte
}

// Town is where random reports come from, within its country.
type Town struct {
	Name    string
	Country outage.Country
	At      outage.LatLng
}

// spread is how far a report lies from the middle of its town, in degrees.
const spread = 0.05

func newReports(seed uint64, services []outage.Service, towns []Town, clients int) *reports {
	return &reports{random: rand.New(rand.NewPCG(seed, 0)), services: services, towns: towns, clients: clients}
}

// next draws a report. The same seed gives the same reports.
func (r *reports) next() report {
	service := r.services[r.random.IntN(len(r.services))]
	town := r.towns[r.random.IntN(len(r.towns))]
	sent := wire{Service: service.Slug}
	switch r.random.IntN(10) {
	case 0:
		sent.Country = town.Country
	case 1:
		sent.Place, sent.Country = town.Name, town.Country
	default:
		sent.Location = &outage.LatLng{
			Lat: town.At.Lat + (r.random.Float64()*2-1)*spread, Lng: town.At.Lng + (r.random.Float64()*2-1)*spread,
		}
	}
	if n := len(service.Symptoms); n > 0 && r.random.IntN(2) == 0 {
		sent.Symptom = service.Symptoms[r.random.IntN(n)].Slug
	}
	body, _ := json.Marshal(sent) // strings and numbers never fail
	return report{address: r.address(), body: body}
}

// wire is a report as JSON.
type wire struct {
	Service  string         `json:"service"`
	Symptom  string         `json:"symptom,omitempty"`
	Location *outage.LatLng `json:"location,omitempty"`
	Place    string         `json:"place,omitempty"`
	Country  outage.Country `json:"country,omitempty"`
}

func (r *reports) address() string {
	n := r.random.IntN(r.clients)
	return fmt.Sprintf("100.%d.%d.%d", 64+n>>16, n>>8&0xff, n&0xff)
}
