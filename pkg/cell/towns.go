package cell

import (
	"cmp"
	"math"
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
func (g *Geography) Towns(country outage.Country) []outage.Town { return g.towns[country].all }

// towns are those of a country, by where they are.
type towns struct {
	all []outage.Town
	in  map[outage.Cell]int // index of the largest town of a cell of any resolution
	at  [][3]float64        // where each is, as a unit vector
}

func newTowns(all []outage.Town) towns {
	made := towns{all: all, in: map[outage.Cell]int{}}
	for i, town := range all {
		for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
			cell := town.Cell.Parent(resolution)
			if _, ok := made.in[cell]; !ok {
				made.in[cell] = i
			}
		}
		middle, _ := center(town.Cell)
		made.at = append(made.at, vector(middle))
	}
	return made
}

func vector(p outage.LatLng) [3]float64 {
	lat, lng := p.Lat*math.Pi/180, p.Lng*math.Pi/180
	return [3]float64{math.Cos(lat) * math.Cos(lng), math.Cos(lat) * math.Sin(lng), math.Sin(lat)}
}

// nearby is the distance, in kilometres, within which one name does for two towns.
const nearby = 25

// Near reports whether two cells are so close that the name of a town in one does for the
// other, as for the parts of a large city.
func (g *Geography) Near(a, b outage.Cell) bool {
	return kilometres(g.Center(a), g.Center(b)) < nearby
}

// TownOf is the town of a country by which a cell is named: the largest within it, else
// the one nearest to its middle. It is false in a country without towns.
func (g *Geography) TownOf(country outage.Country, cell outage.Cell) (outage.Town, bool) {
	of := g.towns[country]
	if i, ok := of.in[cell]; ok {
		return of.all[i], true
	}
	if len(of.all) == 0 || !valid(cell) {
		return outage.Town{}, false
	}
	middle := vector(g.Center(cell))
	nearest, most := 0, -1.
	for i, at := range of.at {
		if near := at[0]*middle[0] + at[1]*middle[1] + at[2]*middle[2]; near > most {
			nearest, most = i, near
		}
	}
	return of.all[nearest], true
}
