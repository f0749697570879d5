package scenario

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed background.yaml
var backgroundFile []byte

// background is what people report while nothing is broken. It never changes.
type background struct {
	Budget     rate                       `yaml:"budget"` // of all services together, at most
	Dispersion float64                    `yaml:"dispersion"`
	Unnamed    float64                    `yaml:"unnamed"`
	Rhythms    map[string]*rhythm         `yaml:"rhythms"`
	Categories map[string]categoryRate    `yaml:"categories"`
	Services   map[string]map[string]rate `yaml:"services"`
}

// rate is reports a minute, on the mean of a week.
type rate = float64

// categoryRate is the rate of a service of the category that has none itself.
type categoryRate struct {
	Rhythm string          `yaml:"rhythm"`
	Rates  map[string]rate `yaml:",inline"` // by country
}

// rhythm is how the day and the week go, in factors of mean 1.
type rhythm struct {
	Hours []float64 `yaml:"hours"` // of the local day, from midnight
	Days  []float64 `yaml:"days"`  // of the week, from Monday
}

const (
	hoursInADay  = 24
	daysInAWeek  = 7
	otherService = "other"
)

var ordinary = sync.OnceValues(func() (*background, error) { return parseBackground(backgroundFile) })

func parseBackground(text []byte) (*background, error) {
	var b background
	if err := strictly(text, &b); err != nil {
		return nil, fmt.Errorf("reading the background: %w", err)
	}
	for name, r := range b.Rhythms {
		if r == nil || len(r.Hours) != hoursInADay || len(r.Days) != daysInAWeek {
			return nil, fmt.Errorf("reading the background: rhythm %s has not 24 hours and 7 days", name)
		}
		if !scaled(r.Hours) || !scaled(r.Days) {
			return nil, fmt.Errorf("reading the background: rhythm %s has a factor that is not above 0", name)
		}
	}
	for name, c := range b.Categories {
		if b.Rhythms[c.Rhythm] == nil {
			return nil, fmt.Errorf("reading the background: category %s has no rhythm %q", name, c.Rhythm)
		}
		if len(c.Rates) == 0 {
			return nil, fmt.Errorf("reading the background: category %s has no rate", name)
		}
	}
	if _, ok := b.Categories[otherService]; !ok || !(b.Budget > 0) || !(b.Dispersion > 0) {
		return nil, fmt.Errorf("reading the background: category %s, a budget and a dispersion are needed", otherService)
	}
	return &b, nil
}

// scaled brings factors to a mean of 1; false where one is not above 0.
func scaled(factors []float64) bool {
	sum := 0.
	for _, f := range factors {
		if !(f > 0) || math.IsInf(f, 0) {
			return false
		}
		sum += f
	}
	for i := range factors {
		factors[i] *= float64(len(factors)) / sum
	}
	return true
}

// category is the rates of a service's category.
func (b *background) category(service *outage.Service) *categoryRate {
	if c, ok := b.Categories[service.Category]; ok {
		return &c
	}
	other := b.Categories[otherService]
	return &other
}

// rate is the reports a minute of a service in a country.
func (b *background) rate(service *outage.Service, country outage.Country) rate {
	if known, ok := b.Services[service.Slug][string(country)]; ok {
		return known
	}
	return b.category(service).in(country)
}

// in is the rate in a country; the lowest of all where there is none of its own.
func (c *categoryRate) in(country outage.Country) rate {
	if known, ok := c.Rates[string(country)]; ok {
		return known
	}
	lowest := math.Inf(1)
	for _, known := range c.Rates {
		lowest = math.Min(lowest, known)
	}
	return lowest
}

// symptoms is how often the symptoms of a service are named: the first most
// often, the next half as often, a third, and so on.
func (b *background) symptoms(service *outage.Service) []Share {
	harmonic := 0.
	for i := range service.Symptoms {
		harmonic += 1 / float64(i+1)
	}
	shares := []Share{{Symptom: "", Weight: b.Unnamed}}
	for i, symptom := range service.Symptoms {
		shares = append(shares, Share{Symptom: symptom.Slug, Weight: (1 - b.Unnamed) / float64(i+1) / harmonic})
	}
	return shares
}

// factor is how many times its mean a rate is at a minute of local time. It
// runs smoothly between the middles of hours, as a straight line of logarithms.
func (r *rhythm) factor(minute outage.Minute, country outage.Country) float64 {
	local := minute.Time().In(country.Zone())
	before := local.Add(-30 * time.Minute)
	part := float64(before.Minute()) / 60
	return math.Pow(r.hour(before), 1-part) * math.Pow(r.hour(before.Add(time.Hour)), part)
}

// hour is the factor in the middle of the hour that holds a local time.
func (r *rhythm) hour(local time.Time) float64 {
	day := (int(local.Weekday()) + daysInAWeek - 1) % daysInAWeek
	return r.Hours[local.Hour()] * r.Days[day]
}

// countriesOf are those in which a service is reported, in a fixed order.
func countriesOf(service *outage.Service) []outage.Country {
	if len(service.Country) == 0 {
		return outage.Countries()
	}
	countries := slices.Clone(service.Country)
	slices.Sort(countries)
	return slices.Compact(countries)
}
