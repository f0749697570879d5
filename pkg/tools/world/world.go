// Package world is what scenarios are played in: the services of the built-in
// catalogue, and the cities of the embedded tables.
//
// It also prints a scenario as rows, as a backtest reads them. It sends nothing
// and keeps nothing.
package world

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// World is what a scenario is played in.
type World struct {
	Services []outage.Service
	Cities   []scenario.Place
}

// Load reads the built-in catalogue and the tables of the countries.
func Load(packs country.Set) (w World, err error) {
	services, err := catalog.Default()
	if err != nil {
		return w, err
	}
	geography, err := cell.Load(packs)
	if err != nil {
		return w, err
	}
	w.Services = services.Services()
	w.Cities, err = Cities(geography, packs)
	return w, err
}

// Cities are the cities of the countries, each at the centre of its cell.
func Cities(geography *cell.Geography, packs country.Set) ([]scenario.Place, error) {
	var places []scenario.Place
	for _, pack := range packs {
		cities, err := pack.Cities()
		if err != nil {
			return nil, fmt.Errorf("reading the cities: %w", err)
		}
		for _, city := range cities {
			middle := geography.Center(city.Cell)
			places = append(places, scenario.Place{
				Name: city.Name, Country: pack.Code, Lat: middle.Lat, Lng: middle.Lng, Population: city.Population,
			})
		}
	}
	return places, nil
}

// townsACountry is how many of its largest cities random reports come from.
const townsACountry = 6

// Towns are the largest cities of each country, in the order of their populations.
func (w World) Towns() []scenario.Place {
	var towns []scenario.Place
	for _, country := range outage.Countries() {
		cities := slices.DeleteFunc(slices.Clone(w.Cities), func(p scenario.Place) bool { return p.Country != country })
		slices.SortStableFunc(cities, func(a, b scenario.Place) int { return cmp.Compare(b.Population, a.Population) })
		towns = append(towns, cities[:min(len(cities), townsACountry)]...)
	}
	return towns
}
