package country

import (
	"strings"
	"testing"
	"testing/fstest"
)

const smallest = `code: XX
names:
  en: {name: X, in: in X, clock: X time}
languages: [en]
zone: Europe/Paris
map: {small: 3, large: 4}
`

// pack is a small pack with some files replaced or added.
func pack(files map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for name, text := range map[string]string{
		"manifest.yaml": smallest, "regions.csv": "code,en,alt,hi\nXX-A,East,The East,पूर्व\nXX-B,West,,\n",
		"cells.csv": "cell,region\n863da1147ffffff,XX-A\n863da114fffffff,XX-B\n",
	} {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, text := range files {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func TestSmallestPack(t *testing.T) {
	p, err := Load(pack(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ReadAll(); err != nil {
		t.Error(err)
	}
	if p.Facts.Names["en"].Full != "X" || p.Facts.Zone.String() != "Europe/Paris" || len(p.Facts.DeviceZones) != 1 {
		t.Errorf("%+v", p.Facts)
	}
	if len(p.Regions) != 2 || p.Regions[0].Names["hi"] != "पूर्व" || p.Regions[1].Names["hi"] != "" {
		t.Errorf("%+v", p.Regions)
	}
	if p.Codes.Looks("12345") || len(p.Codes.Readings([]string{"12345"})) > 0 {
		t.Error("a country without codes has some")
	}
}

// A damaged pack names the file, the line and what is wrong.
func TestDamagedPacks(t *testing.T) {
	manifest := func(old, text string) map[string]string {
		return map[string]string{"manifest.yaml": strings.Replace(smallest, old, text, 1)}
	}
	codes := func(text string) map[string]string { return map[string]string{"manifest.yaml": smallest + text} }
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"no code":                       {manifest("code: XX", "code: xx"), []string{"manifest.yaml", "code"}},
		"no English":                    {manifest("en:", "fr:"), []string{"manifest.yaml", "names"}},
		"no language":                   {manifest("languages: [en]", "languages: []"), []string{"languages"}},
		"an unknown zone":               {manifest("Europe/Paris", "Europe/Pariss"), []string{"zone", "Europe/Pariss"}},
		"the zone of the host":          {manifest("Europe/Paris", "Local"), []string{"zone", "Local"}},
		"a zone for a region elsewhere": {codes("zones: {YY-A: Europe/Paris}\n"), []string{"zones", "YY-A"}},
		"a map too fine":                {manifest("large: 4", "large: 7"), []string{"map"}},
		"a map turned round":            {manifest("large: 4", "large: 2"), []string{"map"}},
		"a misspelt key":                {manifest("zone:", "zoen:"), []string{"manifest.yaml", "line 5", "zoen"}},
		"no YAML":                       {manifest("names:", "names"), []string{"manifest.yaml", "line"}},
		"an alias with a slash":         {codes("aliases: [a/b]\n"), []string{"aliases", "a/b"}},
		"codes without a form":          {codes("codes: {kind: code, like: '^x', hint: h, unknown: u}\n"), []string{"codes", "forms"}},
		"a wrong expression":            {codes("codes: {kind: code, like: '^x(', forms: ['^(x)$'], hint: h, unknown: u}\n"), []string{"codes", "like"}},
		"a form without a group":        {codes("codes: {kind: code, like: '^x', forms: ['^x$'], hint: h, unknown: u}\n"), []string{"codes", "forms", "group"}},
		"an open expression":            {codes("codes: {kind: code, like: 'x', forms: ['^(x)$'], hint: h, unknown: u}\n"), []string{"codes", "like", "^"}},
		"a foreign region":              {map[string]string{"regions.csv": "code,en\nYY-A,East\n"}, []string{"regions.csv of XX", "line 2", "YY-A"}},
		"a region twice":                {map[string]string{"regions.csv": "code,en\nXX-A,East\nXX-A,West\n"}, []string{"regions.csv", "XX-A", "twice"}},
		"a region unnamed":              {map[string]string{"regions.csv": "code,en\nXX-A,\n"}, []string{"regions.csv", "line 2", "English"}},
		"no header":                     {map[string]string{"regions.csv": "XX-A,East\n"}, []string{"regions.csv", "column"}},
		"a cell of no region":           {map[string]string{"cells.csv": "cell,region\n863da1147ffffff,XX-C\n"}, []string{"cells.csv", "line 2", "XX-C"}},
		"a cell without region":         {map[string]string{"cells.csv": "cell,region\n863da1147ffffff,\n"}, []string{"cells.csv", "line 2", "missing"}},
		"no cell":                       {map[string]string{"cells.csv": "cell,region\nzz,XX-A\n"}, []string{"cells.csv", "line 2", "zz"}},
		"a cell too coarse":             {map[string]string{"cells.csv": "cell,region\n823d07fffffffff,XX-A\n"}, []string{"cells.csv", "line 2", "resolution"}},
		"a border cell too coarse":      {map[string]string{"cells-border.csv": "cell,region\n863da1147ffffff,XX-A\n"}, []string{"cells-border.csv", "resolution"}},
		"a date that is none":           {map[string]string{"holidays.csv": "date,name\n2026-02-30,None\n"}, []string{"holidays.csv", "line 2", "2026-02-30"}},
		"a code in small letters":       {map[string]string{"codes.csv": "code,cell,region\nab1,863da1147ffffff,XX-A\n"}, []string{"codes.csv", "line 2", "ab1"}},
		"a code twice":                  {map[string]string{"codes.csv": "code,cell,region\nA1,863da1147ffffff,XX-A\nA1,863da1147ffffff,XX-A\n"}, []string{"codes.csv", "A1", "twice"}},
		"a code of no district":         {map[string]string{"codes.csv": "code,cell,region,district\nA1,863da1147ffffff,XX-A,d\n"}, []string{"codes.csv", "line 2", `"d"`}},
		"a district elsewhere": {map[string]string{
			"districts.csv": "code,region,en\nd,XX-B,D\n", "codes.csv": "code,cell,region,district\nA1,863da1147ffffff,XX-A,d\n",
		}, []string{"codes.csv", "line 2", "XX-B"}},
		"a kind of place":      {map[string]string{"places.csv": "name,kind,region,district,cell,extent\nX,village,XX-A,,,region\n"}, []string{"places.csv", "line 2", "village"}},
		"an extent too small":  {map[string]string{"places.csv": "name,kind,region,district,cell,extent\nX,region,XX-A,,,cell\n"}, []string{"places.csv", "line 2", "extent"}},
		"people that are none": {map[string]string{"cities.csv": "name,cell,population\nX,863da1147ffffff,many\n"}, []string{"cities.csv", "line 2", "many"}},
		"a crowd at no place":  {map[string]string{"crowds.csv": "name,lat,lng,millions\nX,north,0,1\n"}, []string{"crowds.csv", "line 2", "lat", "north"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Load(pack(c.files))
			if err == nil {
				err = p.ReadAll()
			}
			if err == nil {
				t.Fatal("read without an error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not name %s", err, want)
				}
			}
		})
	}
}
