package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// chosen parses a command line and returns the covered countries.
func chosen(t *testing.T, arguments ...string) ([]outage.Country, error) {
	t.Helper()
	t.Cleanup(countrytest.Packs.Register)
	var line commands
	parser, err := newParser(t.Context(), &line)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(append([]string{"version"}, arguments...)); err != nil {
		t.Fatal(err)
	}
	set, err := line.load()
	if err == nil && !slices.Equal(set.Codes(), outage.Countries()) {
		t.Errorf("the set has %v, covered are %v", set.Codes(), outage.Countries())
	}
	return outage.Countries(), err
}

func TestCountriesAreChosen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "downpour.yaml")
	if err := os.WriteFile(file, []byte("countries: [in, gb]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		arguments   []string
		environment string
		want        string
	}{
		"by default":      {want: "GB IN"},
		"by a flag":       {arguments: []string{"--countries", "in,gb"}, want: "IN GB"},
		"one":             {arguments: []string{"--countries=IN"}, want: "IN"},
		"by a file":       {arguments: []string{"--config", file}, want: "IN GB"},
		"by the variable": {environment: "gb", want: "GB"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.environment != "" {
				t.Setenv("DOWNPOUR_COUNTRIES", c.environment)
			}
			got, err := chosen(t, c.arguments...)
			var codes []string
			for _, code := range got {
				codes = append(codes, string(code))
			}
			if err != nil || strings.Join(codes, " ") != c.want {
				t.Errorf("got %v, %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestWrongCountriesStopTheStart(t *testing.T) {
	empty, damaged := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "manifest.yaml"), []byte("code: XX\nnames:\n  en: {nam: X}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		arguments []string
		want      []string
	}{
		"unknown":        {[]string{"--countries", "gb,fr"}, []string{"--countries", `"fr"`, "gb", "in"}},
		"twice":          {[]string{"--countries", "gb,gb"}, []string{"--countries", "twice"}},
		"no pack":        {[]string{"--country-pack", empty}, []string{"--country-pack", empty, "manifest.yaml"}},
		"a misspelt key": {[]string{"--country-pack", damaged}, []string{"--country-pack", damaged, "manifest.yaml", "line 3", "nam"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := chosen(t, c.arguments...)
			if err == nil || strings.Contains(err.Error(), "\n\n") {
				t.Fatalf("got %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not name %s", err, want)
				}
			}
		})
	}
}
