package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// maxClients is how many addresses 100.64.0.0/10 has, the network of carriers'
// translators, from which no true client of a public server comes.
const maxClients = 1 << 22

// invention makes up reports: of all services, from towns of both countries.
type invention struct {
	random   *rand.Rand
	services []outage.Service
	clients  int
}

// invented is a report that nobody made.
type invented struct{ address, body string }

// towns are where invented reports come from, each within its country.
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

func newInvention(seed uint64, services []outage.Service, clients int) *invention {
	return &invention{random: rand.New(rand.NewPCG(seed, 0)), services: services, clients: clients}
}

// next is another report. The same seed gives the same reports.
func (v *invention) next() invented {
	service := v.services[v.random.IntN(len(v.services))]
	town := towns[v.random.IntN(len(towns))]
	report := map[string]any{"service": service.Slug}
	switch v.random.IntN(10) {
	case 0:
		report["country"] = town.country
	case 1:
		report["place"], report["country"] = town.name, town.country
	default:
		report["location"] = outage.LatLng{
			Lat: town.at.Lat + (v.random.Float64()*2-1)*spread, Lng: town.at.Lng + (v.random.Float64()*2-1)*spread,
		}
	}
	if n := len(service.Symptoms); n > 0 && v.random.IntN(2) == 0 {
		report["symptom"] = service.Symptoms[v.random.IntN(n)].Slug
	}
	body, _ := json.Marshal(report) // texts and numbers always can be
	return invented{address: v.address(), body: string(body)}
}

func (v *invention) address() string {
	n := v.random.IntN(v.clients)
	return fmt.Sprintf("100.%d.%d.%d", 64+n>>16, n>>8&0xff, n&0xff)
}
