package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/tools/load"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// loadCommand measures a server by random reports.
type loadCommand struct {
	load.Config
}

// Run prints the result as one JSON object.
func (l *loadCommand) Run(ctx context.Context, packs country.Set) error {
	loaded, err := world.Load(packs)
	if err != nil {
		return err
	}
	towns := townsOf(loaded.Towns())
	if l.Mix == load.Crowd {
		towns = townsOf(loaded.Cities)
	}
	result, err := load.Run(ctx, l.Config, loaded.Services, towns)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// townsOf are cities of the world as random reports name them.
func townsOf(cities []scenario.Place) []load.Town {
	var towns []load.Town
	for _, city := range cities {
		towns = append(towns, load.Town{Name: city.Name, Country: city.Country, At: outage.LatLng{Lat: city.Lat, Lng: city.Lng}, Population: city.Population})
	}
	return towns
}
