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

// reports draws random reports: of all services, from towns of both countries.
type reports struct {
	random   *rand.Rand
	services []outage.Service
	clients  int
}

// report is a random report.
type report struct{ address, body string }

// towns are where random reports come from, each within its country.
var towns = []struct {
	name    string
	country outage.Country
	at      outage.LatLng
}{
	{"London", outage.GB, outage.LatLng{Lat: 51.5074, Lng: -0.1278}},
	{"Birmingham", outage.GB, outage.LatLng{Lat: 52.4862, Lng: -1.8904}},
	{"Leeds", outage.GB, outage.LatLng{Lat: 53.8008, Lng: -1.5491}},
	{"Glasgow", outage.GB, outage.LatLng{Lat: 55.8642, Lng: -4.2518}},
	{"Cardiff", outage.GB, outage.LatLng{Lat: 51.4816, Lng: -3.1791}},
	{"Belfast", outage.GB, outage.LatLng{Lat: 54.5973, Lng: -5.9301}},
	{"Delhi", outage.IN, outage.LatLng{Lat: 28.6139, Lng: 77.2090}},
	{"Mumbai", outage.IN, outage.LatLng{Lat: 19.0760, Lng: 72.8777}},
	{"Kolkata", outage.IN, outage.LatLng{Lat: 22.5726, Lng: 88.3639}},
	{"Bengaluru", outage.IN, outage.LatLng{Lat: 12.9716, Lng: 77.5946}},
	{"Hyderabad", outage.IN, outage.LatLng{Lat: 17.3850, Lng: 78.4867}},
	{"Lucknow", outage.IN, outage.LatLng{Lat: 26.8467, Lng: 80.9462}},
}

// spread is how far a report lies from the middle of its town, in degrees.
const spread = 0.05

func newReports(seed uint64, services []outage.Service, clients int) *reports {
	return &reports{random: rand.New(rand.NewPCG(seed, 0)), services: services, clients: clients}
}

// next draws a report. The same seed gives the same reports.
func (r *reports) next() report {
	service := r.services[r.random.IntN(len(r.services))]
	town := towns[r.random.IntN(len(towns))]
	fields := map[string]any{"service": service.Slug}
	switch r.random.IntN(10) {
	case 0:
		fields["country"] = town.country
	case 1:
		fields["place"], fields["country"] = town.name, town.country
	default:
		fields["location"] = outage.LatLng{
			Lat: town.at.Lat + (r.random.Float64()*2-1)*spread, Lng: town.at.Lng + (r.random.Float64()*2-1)*spread,
		}
	}
	if n := len(service.Symptoms); n > 0 && r.random.IntN(2) == 0 {
		fields["symptom"] = service.Symptoms[r.random.IntN(n)].Slug
	}
	body, _ := json.Marshal(fields) // strings and numbers never fail
	return report{address: r.address(), body: string(body)}
}

func (r *reports) address() string {
	n := r.random.IntN(r.clients)
	return fmt.Sprintf("100.%d.%d.%d", 64+n>>16, n>>8&0xff, n&0xff)
}
