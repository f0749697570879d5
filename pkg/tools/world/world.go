// Package world is what scenarios are played in: the services of the built-in
// catalogue, and the cities of the embedded tables.
//
// It also prints a scenario as rows, as a backtest reads them. It sends nothing
// and keeps nothing.
package world

import (
	"fmt"

	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/place"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// World is what a scenario is played in.
type World struct {
	Services []outage.Service
	Cities   []scenario.Place
}

// Load reads the built-in catalogue and the embedded tables.
func Load() (w World, err error) {
	services, err := catalog.Default()
	if err != nil {
		return w, err
	}
	geography, err := cell.Load()
	if err != nil {
		return w, err
	}
	w.Services = services.Services()
	w.Cities, err = Cities(geography)
	return w, err
}

// Cities are the cities of the embedded tables, each at the centre of its cell.
func Cities(geography *cell.Geography) ([]scenario.Place, error) {
	index, err := place.Load(geography)
	if err != nil {
		return nil, fmt.Errorf("reading the cities: %w", err)
	}
	var places []scenario.Place
	for _, city := range index.Cities() {
		middle := geography.Center(city.Cell)
		places = append(places, scenario.Place{
			Name: city.Name, Country: city.Country, Lat: middle.Lat, Lng: middle.Lng, Population: city.Population,
		})
	}
	return places, nil
}
