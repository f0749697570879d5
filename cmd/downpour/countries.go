package main

import (
	"fmt"
	"os"

	"github.com/open-downpour/downpour/pkg/country"
)

// countryFlags choose the countries of any command.
type countryFlags struct {
	Countries   []string `help:"Countries that are covered, by code, in the order in which they are shown; gb,in and those of --country-pack unless given." placeholder:"CODE"`
	CountryPack []string `help:"Directory with the data of a country, which is added to the built-in ones or replaces one; may be given several times." type:"path" placeholder:"DIR"`
}

// load reads the packs that were chosen and makes them the covered countries.
func (f *countryFlags) load() (country.Set, error) {
	known, err := country.Builtin()
	if err != nil {
		return nil, err
	}
	chosen, err := country.Default()
	if err != nil {
		return nil, err
	}
	for _, folder := range f.CountryPack {
		pack, err := country.Load(os.DirFS(folder))
		if err != nil {
			return nil, fmt.Errorf("--country-pack: %s: %w", folder, err)
		}
		known, chosen = known.With(pack), chosen.With(pack)
	}
	if len(f.Countries) > 0 {
		if chosen, err = known.Choose(f.Countries...); err != nil {
			return nil, fmt.Errorf("--countries: %w", err)
		}
	}
	chosen.Register()
	return chosen, nil
}
