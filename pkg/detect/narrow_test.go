package detect

import (
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// towns are the nodes of a country of one region and forty cells, one degree apart, where
// one reporter is expected in each; some cells have more.
func towns(observed map[int32]float64, each float64) []Node {
	const region = 1
	nodes := []Node{{Handle: country, Level: Country, Region: -1, Parent: -1}, {Handle: region, Level: Region, Region: -1, Parent: -1}}
	for h := int32(2); h < 42; h++ {
		n := Node{
			Handle: h, Level: Cell, Region: region, Parent: 100 + h, Metro: true, Observed: each, Expected: 1,
			Center: outage.LatLng{Lat: 20 + float64(h)},
		}
		if more, ok := observed[h]; ok {
			n.Observed = more
		}
		for i := range 2 {
			nodes[i].Observed, nodes[i].Expected = nodes[i].Observed+n.Observed, nodes[i].Expected+n.Expected
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func TestNarrow(t *testing.T) {
	params := DefaultParams()
	for _, c := range []struct {
		name     string
		observed map[int32]float64
		each     float64
		want     []int32
	}{
		{name: "nothing", each: 1},
		{name: "one outage everywhere", each: 5},
		{name: "one outage, strongest in a city", observed: map[int32]float64{7: 60}, each: 5},
		{name: "one town", observed: map[int32]float64{7: 40}, each: 1, want: []int32{7}},
		{name: "the strongest of three towns", observed: map[int32]float64{7: 40, 20: 60, 30: 30}, each: 1, want: []int32{20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			nodes := towns(c.observed, c.each)
			got := Narrow(&params, nodes, areaOf(Country, nodes[:1]), func(*Node) bool { return true })
			if !slices.Equal(got, c.want) {
				t.Errorf("narrowed to %v, want %v", got, c.want)
			}
		})
	}
	nodes := towns(map[int32]float64{7: 40, 20: 60}, 1)
	north := func(n *Node) bool { return n.Handle < 15 }
	area := Area{Observed: 40 + 12, Expected: 13}
	if got := Narrow(&params, nodes, area, north); !slices.Equal(got, []int32{7}) {
		t.Errorf("a part of the country is narrowed to %v, want cell 7", got)
	}
}

// Faults in separate towns are not one outage of the country: the strongest is the
// footprint. One that is felt everywhere is, also where a city has more of it.
func TestScatteredFaultsAreNotOneOutage(t *testing.T) {
	params := DefaultParams()
	eight := map[int32]float64{3: 20, 7: 20, 11: 20, 20: 25, 25: 20, 30: 20, 35: 20, 40: 20}
	for _, c := range []struct {
		name     string
		observed map[int32]float64
		each     float64
		level    Level
	}{
		{name: "eight towns", observed: eight, each: 1, level: Cell},
		{name: "everywhere", observed: map[int32]float64{7: 12}, each: 6, level: Country},
	} {
		got := Localise(&params, towns(c.observed, c.each), country)
		if got.Level != c.level || c.level == Cell && !slices.Equal(got.Handles, []int32{20}) {
			t.Errorf("%s: level %v, handles %v", c.name, got.Level, got.Handles)
		}
	}
	params.ScatterRatio = 1e9
	if got := Localise(&params, towns(eight, 1), country); len(got.Handles) == 1 && got.Level == Cell {
		t.Errorf("without the test %v is found: it decides nothing here", got.Handles)
	}
}
