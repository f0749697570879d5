package load

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/open-downpour/downpour/pkg/outage"
)

// maxClients is how many addresses 100.64.0.0/10 has, the network of carriers'
// translators, from which no true client of a public server comes.
const maxClients = 1 << 22

// reports draws random reports.
type reports struct {
	mutex    sync.Mutex // guards what is below
	random   *rand.Rand
	crowd    bool
	services []outage.Service
	ranks    *rand.Zipf // of the services of a crowd
	towns    []Town
	people   []int // of the towns so far, summed up
	clients  int
	recent   []report // of a crowd, that were accepted: some are repeated
}

// report is a random report.
type report struct {
	service string
	address string
	key     string // of idempotency, "" for none
	body    []byte
	undone  bool // its sender takes it back at once
}

// Town is where random reports come from, within its country.
type Town struct {
	Name       string
	Country    outage.Country
	At         outage.LatLng
	Population int // 0 counts as 1
}

// spread is how far a report lies from the middle of its town, in degrees.
const spread = 0.05

// The crowd: of 100 reports so many repeat an earlier one of the same person, are sent again
// under the same key as after a lost answer, say that it works, or works again, and of the
// rest so many are taken back.
const (
	repeatsOf100 = 5
	retriesOf100 = 2
	worksOf100   = 3
	backOf100    = 2
	undoneOf100  = 1
	mostRecent   = 1000
)

// The services of a crowd follow Zipf's law in the order of the catalogue: the share of the
// k-th is proportional to (k+1)^-zipfPower.
const zipfPower = 1.2

// newRanks draws places in a list of services.
func newRanks(random *rand.Rand, services []outage.Service) *rand.Zipf {
	return rand.NewZipf(random, zipfPower, 2, uint64(len(services)-1))
}

func newReports(config Config, services []outage.Service, towns []Town) *reports {
	random := rand.New(rand.NewPCG(config.Seed, 0))
	r := &reports{random: random, crowd: config.Mix == Crowd, services: services, towns: towns, clients: config.Clients}
	r.ranks = newRanks(random, services)
	sum := 0
	for _, town := range towns {
		sum += max(1, town.Population)
		r.people = append(r.people, sum)
	}
	return r
}

// draw draws a report.
func (r *reports) draw() report {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.next()
}

// remember lets a report that was accepted be repeated.
func (r *reports) remember(accepted report) {
	if !r.crowd {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(r.recent) < mostRecent {
		r.recent = append(r.recent, accepted)
	} else {
		r.recent[r.random.IntN(mostRecent)] = accepted
	}
}

// next draws a report. The same seed gives the same reports, except that those which a crowd
// repeats depend on which were accepted.
func (r *reports) next() report {
	if !r.crowd {
		return r.fresh(r.services[r.random.IntN(len(r.services))], r.towns[r.random.IntN(len(r.towns))], "")
	}
	draw := r.random.IntN(100)
	if len(r.recent) > 0 && draw < repeatsOf100+retriesOf100 {
		again := r.recent[r.random.IntN(len(r.recent))]
		again.undone = false
		if draw < repeatsOf100 {
			again.key = r.newKey()
		}
		return again
	}
	kind := ""
	switch draw -= repeatsOf100 + retriesOf100; {
	case draw < worksOf100:
		kind = "works"
	case draw < worksOf100+backOf100:
		kind = "back"
	}
	made := r.fresh(r.services[r.ranks.Uint64()], r.town(), kind)
	made.key, made.undone = r.newKey(), r.random.IntN(100) < undoneOf100
	return made
}

// newKey is a key of idempotency for a new report.
func (r *reports) newKey() string { return fmt.Sprintf("load-%016x", r.random.Uint64()) }

// town draws one by its people.
func (r *reports) town() Town {
	at, _ := slices.BinarySearch(r.people, 1+r.random.IntN(r.people[len(r.people)-1]))
	return r.towns[at]
}

// fresh is a new report from a random address.
func (r *reports) fresh(service outage.Service, town Town, kind string) report {
	sent := wire{Service: service.Slug, Kind: kind}
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
	if n := len(service.Symptoms); n > 0 && kind == "" && r.random.IntN(2) == 0 {
		sent.Symptom = service.Symptoms[r.random.IntN(n)].Slug
	}
	body, _ := json.Marshal(sent) // strings and numbers never fail
	return report{service: service.Slug, address: r.address(), body: body}
}

// wire is a report as JSON.
type wire struct {
	Service  string         `json:"service"`
	Kind     string         `json:"kind,omitempty"`
	Symptom  string         `json:"symptom,omitempty"`
	Location *outage.LatLng `json:"location,omitempty"`
	Place    string         `json:"place,omitempty"`
	Country  outage.Country `json:"country,omitempty"`
}

func (r *reports) address() string { return addressOf(r.random.IntN(r.clients)) }

func addressOf(n int) string { return fmt.Sprintf("100.%d.%d.%d", 64+n>>16, n>>8&0xff, n&0xff) }
