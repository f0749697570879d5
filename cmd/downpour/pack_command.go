package main

import (
	"fmt"
	"os"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/tools/pack"
)

// packCommand makes and checks the data of a country.
type packCommand struct {
	Build packBuildCommand `cmd:"" help:"Make the data of a country from boundaries as GeoJSON and tables as CSV, and check it."`
	Check packCheckCommand `cmd:"" help:"Check the data of a country, and print figures."`
}

type packBuildCommand struct {
	From   string `arg:"" help:"Directory with manifest.yaml, regions.geojson and tables." type:"existingdir" placeholder:"DIR"`
	To     string `arg:"" help:"Directory to write the data into." type:"path" placeholder:"DIR"`
	Border int    `help:"H3 resolution of cells along borders: 9, or 8 for a country above a million square kilometres." default:"9"`
}

// Run writes the data and checks it.
func (c *packBuildCommand) Run(packs country.Set) error {
	built, err := pack.Build(os.DirFS(c.From), c.To, c.Border)
	if err != nil {
		return fmt.Errorf("building a country from %s: %w", c.From, err)
	}
	return pack.Check(built, packs, os.Stdout)
}

type packCheckCommand struct {
	Directory string `arg:"" help:"Directory with the data." type:"existingdir" placeholder:"DIR"`
}

// Run prints a line for each rule.
func (c *packCheckCommand) Run(packs country.Set) error {
	loaded, err := country.Load(os.DirFS(c.Directory))
	if err != nil {
		return fmt.Errorf("checking %s: %w", c.Directory, err)
	}
	return pack.Check(loaded, packs, os.Stdout)
}
