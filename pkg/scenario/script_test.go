package scenario

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestBuiltInScripts(t *testing.T) {
	names := Names()
	for _, want := range []string{"meta-2021-10-04", "meta-2024-03-05", "meta-2024-12-11", "whatsapp-2024-04-03", "whatsapp-2025-02-28"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, name := range names {
		script := load(t, name)
		if len(script.Uncertain) == 0 {
			t.Errorf("%s leaves nothing open, which no source allows", name)
		}
		for _, source := range script.Sources {
			if source.Says == "" {
				t.Errorf("%s: %s says nothing", name, source.URL)
			}
		}
		first := script.Span.To
		for _, wave := range script.Waves {
			first = min(first, wave.Points[0].At)
		}
		if first != script.Began {
			t.Errorf("%s began at %v, its first wave at %v", name, script.Began.Time(), first.Time())
		}
	}
}

func TestUnknownScript(t *testing.T) {
	for _, name := range []string{"", "whatsapp", "../background", "whatsapp-2025-02-28.yaml", strings.Repeat("x", 1<<16)} {
		_, err := Load(name)
		known := outage.AsError(err)
		if known == nil || known.Code != outage.CodeUnknown || !strings.Contains(known.Detail, "meta-2024-12-11") || len(known.Detail) > 400 {
			t.Errorf("error %v", err)
		}
	}
}

// whole is a script in which nothing is wrong.
const whole = `title: A test
summary: Nothing happened.
date: 2025-03-01
began: "10:00"
from: 2025-03-01T00:00:00Z
to: 2025-03-02T00:00:00Z
seed: 1
curve: synthetic
sources: [{url: "https://example.org/a", says: so}]
uncertain: [all of it]
waves:
  - {service: a, country: GB, basis: none, points: [{at: "10:00", reports: 0}, {at: "10:10", reports: 5}, {at: "10:30", reports: 5}], symptoms: {x: 1, none: 1}, places: {London: 2}}
`

func TestParse(t *testing.T) {
	if _, err := Parse("whole", []byte(whole)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"unknown key":        {"seed: 1", "seeds: 1"},
		"no title":           {"title: A test\n", ""},
		"not synthetic":      {"curve: synthetic", "curve: measured"},
		"no curve":           {"curve: synthetic\n", ""},
		"no day":             {"date: 2025-03-01", "date: yesterday"},
		"began at no time":   {`began: "10:00"`, `began: "25:00"`},
		"began later":        {"date: 2025-03-01", "date: 2025-03-09"},
		"ends before":        {"to: 2025-03-02", "to: 2025-02-02"},
		"lasts for ever":     {"to: 2025-03-02", "to: 2035-03-02"},
		"no sources":         {`sources: [{url: "https://example.org/a", says: so}]`, "sources: []"},
		"source is a script": {"https://example.org/a", "javascript:a"},
		"two of a kind":      {"waves:", "waves:\n  - {service: a, country: GB, basis: none, points: [{at: '10:00'}, {at: '10:10', reports: 5}, {at: '10:30'}], symptoms: {x: 1}}"},
		"no such country":    {"country: GB", "country: FR"},
		"no slug":            {"service: a", "service: a/b"},
		"no basis":           {"basis: none, ", ""},
		"back in time":       {`{at: "10:10", reports: 5}`, `{at: "09:10", reports: 5}`},
		"less than nothing":  {`{at: "10:10", reports: 5}`, `{at: "10:10", reports: -5}`},
		"no number":          {`{at: "10:10", reports: 5}`, `{at: "10:10", reports: .nan}`},
		"endless":            {`{at: "10:10", reports: 5}`, `{at: "10:10", reports: .inf}`},
		"begins with some":   {`{at: "10:00", reports: 0}`, `{at: "10:00", reports: 1}`},
		"two points":         {`{at: "10:10", reports: 5}, `, ""},
		"nothing reported":   {`reports: 5}, {at: "10:30", reports: 5}`, `reports: 0}, {at: "10:30", reports: 0}`},
		"no symptoms":        {"{x: 1, none: 1}", "{}"},
		"symptom is no slug": {"x: 1", "x y: 1"},
		"share below 0":      {"{x: 1, none: 1}", "{x: -1, none: 2}"},
		"place below 0":      {"London: 2", "London: -2"},
		"two documents":      {"places: {London: 2}}\n", "places: {London: 2}}\n---\ntitle: Another\n"},
	} {
		text := strings.Replace(whole, change[0], change[1], 1)
		if text == whole {
			t.Fatalf("%s changes nothing", name)
		}
		if _, err := Parse("broken", []byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		} else if !strings.HasPrefix(err.Error(), "reading scenario broken: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// Whatever text is taken can be played.
func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("")
	f.Add("waves: [")
	f.Add(strings.Replace(whole, "10:30", "23:59", 1))
	f.Add(strings.Replace(whole, "reports: 5", "reports: 1e7", 1))
	for _, name := range Names() {
		text, err := scripts.ReadFile("scripts/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		script, err := Parse("any", []byte(text))
		if err != nil {
			return
		}
		for _, wave := range script.Waves {
			c, err := newCurve(wave.Points)
			if err != nil {
				t.Fatal(err)
			}
			for m := wave.Points[0].At; m < wave.Points[len(wave.Points)-1].At; m++ {
				if mean := c.mean(m); mean < 0 || math.IsNaN(mean) || math.IsInf(mean, 0) {
					t.Fatalf("%v reports are due in minute %d", mean, m)
				}
			}
		}
	})
}
