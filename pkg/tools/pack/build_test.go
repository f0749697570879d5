package pack

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

const madeUp = "testdata/xz"

func built(t *testing.T) *country.Pack {
	t.Helper()
	pack, err := Build(os.DirFS(madeUp), t.TempDir(), BorderFine)
	if err != nil {
		t.Fatal(err)
	}
	return pack
}

// A country of boundaries and tables becomes a pack that keeps every rule.
func TestBuild(t *testing.T) {
	pack := built(t)
	var out bytes.Buffer
	if err := Check(pack, country.Set{pack}, &out); err != nil {
		t.Error(err)
	}
	t.Log("\n" + out.String())
	if len(pack.Regions) != 2 || pack.Facts.Zone.String() != "Atlantic/Azores" || pack.Facts.RegionZones["XZ-E"].String() != "Africa/Dakar" {
		t.Errorf("regions %v in %v, %v", pack.Regions, pack.Facts.Zone, pack.Facts.RegionZones)
	}
	codes, err := pack.PostalCodes()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []country.Code{
		{Name: "X101", Region: "XZ-W", District: "XZ-W-north"}, {Name: "X102", Region: "XZ-W", District: "XZ-W-south"},
		{Name: "X201", Region: "XZ-E", District: "XZ-E-all"}, {Name: "X202", Region: "XZ-E"},
	} {
		want.Cell = codes[i].Cell
		if codes[i] != want || want.Cell.Resolution() != outage.CellFine {
			t.Errorf("got %+v, want %+v", codes[i], want)
		}
	}
	places, err := pack.Places()
	if err != nil {
		t.Fatal(err)
	}
	if got := places[3]; got.Extent != country.ExtentCell || got.Region != "XZ-W" || got.District != "XZ-W-north" || got.Population != 900 {
		t.Errorf("got %+v", got)
	}
	border, err := pack.Border()
	if err != nil || len(border) == 0 {
		t.Errorf("%d cells along the border, %v", len(border), err)
	}
}

// changed is the made-up country with some files replaced.
func changed(t *testing.T, files map[string]string) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	entries, err := os.ReadDir(madeUp)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(madeUp, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[entry.Name()] = &fstest.MapFile{Data: text}
	}
	for name, text := range files {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func TestBuildNamesFaults(t *testing.T) {
	point, _ := json.Marshal(map[string]any{"type": "FeatureCollection", "features": []any{map[string]any{
		"properties": map[string]any{"code": "XZ-W", "en": "W"}, "geometry": map[string]any{"type": "Point", "coordinates": []float64{1, 2}},
	}}})
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"no JSON":              {map[string]string{"regions.geojson": "{"}, []string{"regions.geojson"}},
		"a point for a region": {map[string]string{"regions.geojson": string(point)}, []string{"regions.geojson", "XZ-W", "Point"}},
		"a code at sea":        {map[string]string{"codes.csv": "code,lat,lng\nX101,40.3,-39.9\nX102,45,-39.9\n"}, []string{"codes.csv", "line 3", "no region"}},
		"a coordinate of text": {map[string]string{"cities.csv": "name,lat,lng,population\nWestport,north,-39.9,1\n"}, []string{"cities.csv", "line 2", "north"}},
		"an unknown district":  {map[string]string{"codes.csv": "code,lat,lng,district\nX101,40.3,-39.9,XZ-W-none\n"}, []string{"codes.csv", "line 2", "XZ-W-none"}},
		"a wrong zone":         {map[string]string{"manifest.yaml": "code: XZ\nnames:\n  en: {name: X, in: in X, clock: X}\nlanguages: [en]\nzone: Atlantic/Atlantis\nmap: {small: 3, large: 4}\n"}, []string{"manifest.yaml", "zone", "Atlantis"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Build(changed(t, c.files), t.TempDir(), 8)
			if err == nil {
				t.Fatal("built without an error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not name %s", err, want)
				}
			}
		})
	}
	if _, err := Build(os.DirFS(madeUp), t.TempDir(), 10); err == nil {
		t.Error("built with cells of resolution 10")
	}
}

// What is wrong with a pack that can be read is found by Check.
func TestCheckFindsFaults(t *testing.T) {
	folder := t.TempDir()
	if _, err := Build(os.DirFS(madeUp), folder, 8); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	original := map[string]string{}
	for _, name := range []string{"cells.csv", "codes.csv", "points.csv", "cities.csv"} {
		original[name] = read(name)
	}
	for name, c := range map[string]struct {
		file, from, to, want string
	}{
		"a region without land":       {"cells.csv", "XZ-E", "XZ-W", "FAULT each region has land"},
		"a code that no form matches": {"codes.csv", "X101", "Y101", "FAULT each code is understood"},
		"a point in the wrong region": {"points.csv", "Eastport,40.2,-39.5,XZ-E", "Eastport,40.2,-39.5,XZ-W", "FAULT points are located"},
		"a city in another country":   {"cities.csv", strings.Split(original["cities.csv"], "\n")[1], "Westport,86195da4fffffff,1", "FAULT each place and city"},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(original)
			files[c.file] = strings.ReplaceAll(files[c.file], c.from, c.to)
			for file, text := range files {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			pack, err := country.Load(os.DirFS(folder))
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := Check(pack, country.Set{pack}, &out); err == nil || !strings.Contains(out.String(), c.want) {
				t.Errorf("%v, want %s in\n%s", err, c.want, out.String())
			}
		})
	}
}
