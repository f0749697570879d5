package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/open-downpour/downpour/frontend"
	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/tools/demo"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// openDemo makes an empty data directory for the demo below that of the settings
// and uses it instead.
func (a *app) openDemo(context.Context) (err error) {
	if !a.settings.Demo {
		return nil
	}
	a.settings.Data = filepath.Join(a.settings.Data, "demo")
	if err := demo.Empty(a.settings.Data); err != nil {
		return fmt.Errorf("--demo: %w", err)
	}
	cities, err := world.Cities(a.geography, a.packs)
	if err != nil {
		return err
	}
	a.demo, err = demo.New(demo.Config{
		World: world.World{Services: a.services.Services(), Cities: cities}, Geography: a.geography,
		HotWindow: bucket.HotWindow, Now: a.now, Logger: a.logger,
	})
	return err
}

// buildDemo connects the demo, where one is played, to the components it needs.
func (a *app) buildDemo(context.Context) error {
	if a.demo != nil {
		a.demo.Connect(demo.Server{Archive: a.db, Intake: a.intake, Official: a.official, Reached: a.live.Reached, Ready: a.whenFresh})
		a.add(component{name: "demo", run: a.demo.Run})
	}
	return nil
}

// demoPages is the demo as the pages show it.
type demoPages struct{ *demo.Demo }

// Sources are the pages that the known counts come from.
func (d demoPages) Sources() []frontend.Source {
	var sources []frontend.Source
	for _, source := range d.Demo.Sources() {
		sources = append(sources, frontend.Source{URL: source.URL, Says: source.Says})
	}
	return sources
}
