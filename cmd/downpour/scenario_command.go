package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/place"
	"github.com/open-downpour/downpour/pkg/scenario"
)

// scenarioCommand prints a past outage.
type scenarioCommand struct {
	Name   string `arg:"" help:"Name of the scenario."`
	Format string `help:"csv or ndjson." enum:"csv,ndjson" default:"csv"`
}

// Run prints the rows.
func (s *scenarioCommand) Run(ctx context.Context) error {
	w, err := loadWorld()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	err = printScenario(ctx, s.Name, s.Format, w.services, w.cities, out)
	return errors.Join(err, out.Flush())
}

// world is what a scenario plays in.
type world struct {
	services []outage.Service
	cities   []scenario.Place
}

func loadWorld() (w world, err error) {
	services, err := catalog.Default()
	if err != nil {
		return w, err
	}
	geography, err := cell.Load()
	if err != nil {
		return w, err
	}
	w.services = services.Services()
	w.cities, err = cities(geography)
	return w, err
}

// cities are the cities of the tables, each at the middle of its cell.
func cities(geography *cell.Geography) ([]scenario.Place, error) {
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
