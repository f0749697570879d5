package cell

import (
	"math"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// spots are points whose region is beyond doubt; those of India's north are
// where maps of other origin differ.
var spots = []struct {
	name     string
	lat, lng float64
	region   outage.Region
}{
	{"Gilgit", 35.92, 74.31, "IN-LA"},
	{"Aksai Chin", 35.2, 79.5, "IN-LA"},
	{"Shaksgam", 36.1, 76.6, "IN-LA"},
	{"Siachen", 35.42, 77.11, "IN-LA"},
	{"Demchok", 32.70, 79.45, "IN-LA"},
	{"Muzaffarabad", 34.37, 73.47, "IN-JK"},
	{"Srinagar", 34.08, 74.8, "IN-JK"},
	{"Tawang", 27.58, 91.86, "IN-AR"},
	{"Delhi", 28.61, 77.21, "IN-DL"},
	{"Chandigarh", 30.73, 76.78, "IN-CH"},
	{"Kolkata", 22.57, 88.36, "IN-WB"},
	{"Mumbai", 19.07, 72.87, "IN-MH"},
	{"Bengaluru", 12.97, 77.59, "IN-KA"},
	{"Kochi, seafront", 9.9683, 76.2146, "IN-KL"},
	{"Port Blair", 11.62, 92.73, "IN-AN"},
	{"Kavaratti", 10.57, 72.64, "IN-LD"},
	{"Imphal", 24.81, 93.94, "IN-MN"},
	{"London", 51.507, -0.128, "GB-TLI"},
	{"Edinburgh", 55.95, -3.19, "GB-TLM"},
	{"Belfast", 54.6, -5.93, "GB-TLN"},
	{"Cardiff", 51.48, -3.18, "GB-TLL"},
	{"Lerwick", 60.15, -1.15, "GB-TLM"},
	{"St Mary's, Scilly", 49.92, -6.3, "GB-TLK"},
	{"Hove, seafront", 50.8056, -0.1624, "GB-TLJ"},
	{"Mirpur", 33.15, 73.75, "IN-JK"},
	{"Gurugram", 28.46, 77.03, "IN-HR"},
	{"Noida", 28.57, 77.32, "IN-UP"},
	{"Chandigarh sector 43", 30.718, 76.751, "IN-CH"},
	{"Manimajra", 30.718, 76.837, "IN-CH"},
	{"Mohali", 30.704, 76.717, "IN-PB"},
	{"Panchkula", 30.695, 76.86, "IN-HR"},
	{"Puducherry", 11.934, 79.83, "IN-PY"},
	{"Lawspet", 11.96, 79.81, "IN-PY"},
	{"Karaikal", 10.925, 79.838, "IN-PY"},
	{"Mahe", 11.702, 75.534, "IN-PY"},
	{"Yanam", 16.733, 82.213, "IN-PY"},
	{"Cuddalore", 11.75, 79.77, "IN-TN"},
	{"Diu", 20.714, 70.987, "IN-DH"},
	{"Daman", 20.414, 72.832, "IN-DH"},
	{"Silvassa", 20.273, 73.008, "IN-DH"},
	{"Vapi", 20.371, 72.905, "IN-GJ"},
	{"Una", 20.823, 71.04, "IN-GJ"},
	{"Kannur", 11.87, 75.37, "IN-KL"},
	{"Hosur", 12.74, 77.83, "IN-TN"},
	{"Car Nicobar", 9.17, 92.78, "IN-AN"},
	{"Minicoy", 8.28, 73.05, "IN-LD"},
	{"Chepstow", 51.6409, -2.6768, "GB-TLL"},
	{"Sedbury", 51.6367, -2.65, "GB-TLK"},
	{"Flint", 53.2449, -3.1323, "GB-TLL"},
	{"Saltney", 53.1773, -2.9306, "GB-TLL"},
	{"Chester", 53.1906, -2.8918, "GB-TLD"},
	{"Monmouth", 51.8117, -2.7163, "GB-TLL"},
	{"Knighton", 52.344, -3.05, "GB-TLL"},
	{"Hay-on-Wye", 52.074, -3.126, "GB-TLL"},
	{"Presteigne", 52.2722, -3.0056, "GB-TLL"},
	{"Oswestry", 52.8586, -3.0538, "GB-TLG"},
	{"Berwick", 55.7711, -2.007, "GB-TLC"},
	{"Coldstream", 55.6504, -2.2523, "GB-TLM"},
	{"Gretna", 54.9967, -3.0669, "GB-TLM"},
}

// smallerThanACell are places of regions that have most of no cell near there: the answer
// names the region, and what is counted by cells is counted for the neighbour.
var smallerThanACell = map[string]bool{"Mahe": true, "Diu": true}

func TestLocate(t *testing.T) {
	for _, spot := range spots {
		t.Run(spot.name, func(t *testing.T) {
			cell, country, region, err := world(t).Locate(outage.LatLng{Lat: spot.lat, Lng: spot.lng})
			if err != nil {
				t.Fatal(err)
			}
			if region != spot.region || country != spot.region.Country() {
				t.Errorf("got %s, %s, want %s", country, region, spot.region)
			}
			if cell.Resolution() != outage.CellFine || !world(t).Valid(cell) {
				t.Errorf("%s is not a cell of resolution %d", cell, outage.CellFine)
			}
			if again := world(t).RegionOf(cell); again != region && !smallerThanACell[spot.name] {
				t.Errorf("the report counts in a cell of %s, its point lies in %s", again, region)
			}
		})
	}
}

func TestLocateRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tc := range []struct {
		name     string
		lat, lng float64
		code     outage.Code
		says     string
	}{
		{"Paris", 48.8566, 2.3522, outage.CodeUnknown, "outside"},
		{"Dublin", 53.3498, -6.2603, outage.CodeUnknown, "outside"},
		{"Karachi", 24.86, 67.01, outage.CodeUnknown, "outside"},
		{"Dhaka", 23.81, 90.41, outage.CodeUnknown, "outside"},
		{"null island", 0, 0, outage.CodeUnknown, "outside"},
		{"Atlantic", 45, -30, outage.CodeUnknown, "outside"},
		{"Bay of Bengal", 15, 88, outage.CodeUnknown, "outside"},
		{"pole", 90, 180, outage.CodeUnknown, "outside"},
		{"latitude too high", 91, 0, outage.CodeInvalid, "latitude"},
		{"latitude too low", -90.5, 0, outage.CodeInvalid, "latitude"},
		{"longitude too high", 51.5, 181, outage.CodeInvalid, "longitude"},
		{"longitude too low", 51.5, -1e300, outage.CodeInvalid, "longitude"},
		{"latitude not a number", nan, 0, outage.CodeInvalid, "latitude"},
		{"longitude not a number", 51.5, nan, outage.CodeInvalid, "longitude"},
		{"latitude infinite", inf, 0, outage.CodeInvalid, "latitude"},
		{"longitude infinite", 51.5, -inf, outage.CodeInvalid, "longitude"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cell, country, region, err := world(t).Locate(outage.LatLng{Lat: tc.lat, Lng: tc.lng})
			known := outage.AsError(err)
			if known == nil || known.Code != tc.code || known.Field != "location" {
				t.Fatalf("got %v, want %s on location", err, tc.code)
			}
			if cell != 0 || country != "" || region != "" {
				t.Errorf("got %s, %s, %s beside the error", cell, country, region)
			}
			if !strings.Contains(known.Detail, tc.says) {
				t.Errorf("%q does not say %q", known.Detail, tc.says)
			}
			if tc.code == outage.CodeUnknown && strings.ContainsAny(known.Detail, "0123456789") {
				t.Errorf("%q may repeat the coordinate", known.Detail)
			}
		})
	}
}

// reach is how many rings off the tables still have a region. It is promised
// to the outside, so the tests do not take it from the code.
const reach = 3

// Off the coast there is a region for three rings and none beyond.
func TestLocateReachesThreeRings(t *testing.T) {
	g := world(t)
	shore, _, region, err := g.Locate(outage.LatLng{Lat: 57.28, Lng: -7.45}) // South Uist
	if err != nil {
		t.Fatal(err)
	}
	found := map[int]bool{}
	for k := 1; k <= 12; k++ {
		cells, err := ring(shore, k)
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range cells {
			away, _ := nearestLand(t, cell)
			got := g.RegionOf(cell)
			if away > reach && got != "" {
				t.Errorf("%s lies %d rings from land and has region %s", cell, away, got)
			}
			if away <= reach && got != region {
				t.Errorf("%s lies %d rings from land and has region %q, want %s", cell, away, got, region)
			}
			found[away] = true
		}
	}
	for away := 0; away <= reach+1; away++ {
		if !found[away] {
			t.Errorf("no cell %d rings from land was tried", away)
		}
	}
}

// Where two regions meet at the sea, the nearer ring wins, then the distance.
func TestRegionOfSeaIsThatOfTheNearestLand(t *testing.T) {
	g := world(t)
	contested := 0
	for _, mouth := range []outage.LatLng{
		{Lat: 51.50, Lng: 0.75}, {Lat: 51.45, Lng: -2.95}, {Lat: 53.30, Lng: -3.25}, {Lat: 54.95, Lng: -3.5},
		{Lat: 53.55, Lng: 0.1}, {Lat: 21.55, Lng: 87.4}, {Lat: 15.75, Lng: 73.6}, {Lat: 20.1, Lng: 72.65}, {Lat: 12.75, Lng: 74.8},
	} {
		at, err := cellAt(mouth, outage.CellFine)
		if err != nil {
			t.Fatal(err)
		}
		for k := range 7 {
			cells, err := ring(at, k)
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range cells {
				away, want := nearestLand(t, cell)
				if away == 0 || away > reach {
					continue
				}
				if len(want) > 1 {
					contested++
				}
				if got := g.RegionOf(cell); got != closestOf(want) {
					t.Errorf("%s, %d rings from land: got %s of %v", cell, away, got, want)
				}
			}
		}
	}
	if contested == 0 {
		t.Error("no cell lay between two regions")
	}
}

// nearestLand counts rings to the nearest cell of the tables, one more than
// the reach for those beyond it, with the distance in kilometres to each region
// that the ring meets.
func nearestLand(t *testing.T, cell outage.Cell) (int, map[outage.Region]float64) {
	t.Helper()
	g := world(t)
	for k := range reach + 1 {
		cells, err := ring(cell, k)
		if err != nil {
			t.Fatal(err)
		}
		met := map[outage.Region]float64{}
		for _, near := range cells {
			if region := g.onLand(near); region != "" {
				km := kilometres(g.Center(cell), g.Center(near))
				if least, ok := met[region]; !ok || km < least {
					met[region] = km
				}
			}
		}
		if len(met) > 0 {
			return k, met
		}
	}
	return reach + 1, nil
}

func closestOf(distances map[outage.Region]float64) outage.Region {
	var best outage.Region
	for region, km := range distances {
		if best == "" || km < distances[best] {
			best = region
		}
	}
	return best
}

func TestParse(t *testing.T) {
	g := world(t)
	for _, text := range []string{"863da1147ffffff", "863DA1147FFFFFF", "83190dfffffffff"} {
		cell, err := g.Parse(text)
		if err != nil || cell.String() != strings.ToLower(text) {
			t.Errorf("%s: got %s, %v", text, cell, err)
		}
	}
	for _, text := range []string{
		"", "0", "zz", "863da1147fffff", "863da1147fffffff", "0x863da1147ffffff", "+863da1147ffffff", " 863da1147ffffff",
		"0863da1147ffffff", "ffffffffffffffff", "863da1147fffff0", "86fffffffffffff", "１",
	} {
		cell, err := g.Parse(text)
		known := outage.AsError(err)
		if known == nil || known.Code != outage.CodeInvalid || known.Field != "cell" || cell != 0 {
			t.Errorf("%q: got %s, %v, want invalid on cell", text, cell, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"863da1147ffffff", "", "zz", "8001fffffffffff", "ffffffffffffffff"} {
		f.Add(seed)
	}
	g := world(f)
	f.Fuzz(func(t *testing.T, text string) {
		cell, err := g.Parse(text)
		if err != nil {
			return
		}
		if !g.Valid(cell) || !strings.EqualFold(cell.String(), text) {
			t.Errorf("%q became %s", text, cell)
		}
		g.RegionOf(cell)
	})
}

func FuzzLocate(f *testing.F) {
	for _, spot := range spots {
		f.Add(spot.lat, spot.lng)
	}
	f.Add(math.NaN(), 0.0)
	f.Add(math.Inf(-1), 1e308)
	f.Add(-90.0, -180.0)
	g := world(f)
	f.Fuzz(func(t *testing.T, lat, lng float64) {
		cell, country, region, err := g.Locate(outage.LatLng{Lat: lat, Lng: lng})
		if err != nil {
			if outage.AsError(err) == nil {
				t.Errorf("%v is not for the sender", err)
			}
			return
		}
		if !g.Valid(cell) || region.Country() != country || !country.Covered() {
			t.Errorf("got %s, %s, %s", cell, country, region)
		}
	})
}

func BenchmarkLocate(b *testing.B) {
	g := world(b)
	for _, spot := range []struct {
		name  string
		point outage.LatLng
	}{{"land", outage.LatLng{Lat: 22.57, Lng: 88.36}}, {"seafront", outage.LatLng{Lat: 50.8056, Lng: -0.1624}}, {"Paris", outage.LatLng{Lat: 48.85, Lng: 2.35}}} {
		b.Run(spot.name, func(b *testing.B) {
			for b.Loop() {
				_, _, _, _ = g.Locate(spot.point)
			}
		})
	}
}

// A point along a border, whose cell belongs to the neighbour, counts in a cell of its
// own region that is close by.
func TestCellInOfABorder(t *testing.T) {
	g, moved := world(t), 0
	for _, spot := range spots {
		point := outage.LatLng{Lat: spot.lat, Lng: spot.lng}
		around, err := cellAt(point, outage.CellFine)
		if err != nil {
			t.Fatal(err)
		}
		cell, _, region, err := g.Locate(point)
		if err != nil || g.onLand(cell) == "" && g.onLand(around) != "" {
			t.Errorf("%s: %s, %v", spot.name, cell, err)
		}
		if cell == around {
			continue
		}
		moved++
		if km := kilometres(g.Center(around), g.Center(cell)); km > 25 || g.RegionOf(around) == region {
			t.Errorf("%s counts %.0f km away", spot.name, km)
		}
	}
	if moved < 5 {
		t.Errorf("%d of the points lie along a border", moved)
	}
	if got := g.CellIn(0, "GB-TLI"); got != 0 {
		t.Errorf("no cell became %s", got)
	}
}

// A district is told for a cell only where it lies in the region of the report.
func TestDistrictOf(t *testing.T) {
	g := world(t)
	for _, tc := range []struct {
		lat, lng float64
		region   outage.Region
		want     outage.District
	}{
		{51.5, -3.18, "GB-TLL", "W06000015"}, {22.57, 88.36, "IN-WB", "IN-WB-kolkata"}, {22.57, 88.36, "IN-BR", ""}, {24.81, 93.94, "IN-MN", "IN-MN-imphal-west"},
	} {
		cell, err := cellAt(outage.LatLng{Lat: tc.lat, Lng: tc.lng}, outage.CellFine)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.DistrictOf(cell, tc.region); got != tc.want {
			t.Errorf("%v, %v in %s: got %q, want %q", tc.lat, tc.lng, tc.region, got, tc.want)
		}
	}
	if got := g.DistrictName("W06000015", "cy"); got != "Caerdydd" {
		t.Errorf("Cardiff in Welsh is %q", got)
	}
	if got := g.RegionOfDistrict("IN-WB-kolkata"); got != "IN-WB" {
		t.Errorf("Kolkata lies in %q", got)
	}
	if got := g.Districts("GB-TLL"); len(got) != 22 {
		t.Errorf("Wales has %d districts", len(got))
	}
}
