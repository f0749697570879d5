package cell

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// townsOf are the towns and cities of a pack, those with most people first. Of several
// of one name the largest has its names in other languages.
func townsOf(pack *country.Pack) ([]outage.Town, error) {
	cities, err := pack.Cities()
	if err != nil {
		return nil, err
	}
	aliases, err := pack.Aliases()
	if err != nil {
		return nil, err
	}
	names := map[string]map[string]string{}
	for _, alias := range aliases {
		if names[alias.Of] == nil {
			names[alias.Of] = map[string]string{}
		}
		if alias.Language != "" && names[alias.Of][alias.Language] == "" {
			names[alias.Of][alias.Language] = alias.Name
		}
	}
	var towns []outage.Town
	for _, city := range cities {
		towns = append(towns, outage.Town{Name: city.Name, Cell: city.Cell, Population: city.Population})
	}
	slices.SortStableFunc(towns, func(a, b outage.Town) int { return cmp.Compare(b.Population, a.Population) })
	for i := range towns {
		towns[i].Names = names[towns[i].Name]
		delete(names, towns[i].Name)
	}
	return towns, nil
}

// Towns lists the towns and cities of a country, those with most people first. Callers
// must not change them.
func (g *Geography) Towns(country outage.Country) []outage.Town { return g.towns[country] }
