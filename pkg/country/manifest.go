package country

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	_ "time/tzdata" // a container without zone files still knows every zone

	"github.com/open-downpour/downpour/pkg/outage"
)

// Manifest is what a pack says of its country beside the tables.
type Manifest struct {
	Code      outage.Country   `yaml:"code"`
	Names     map[string]Names `yaml:"names"`     // by language; English is required
	Aliases   []string         `yaml:"aliases"`   // other names in addresses
	Languages []string         `yaml:"languages"` // spoken there, the most common first
	// Zone is the zone of most people; Zones are those of regions with another one.
	Zone  string                   `yaml:"zone"`
	Zones map[outage.Region]string `yaml:"zones"`
	// DeviceZones are the zones by which a device is guessed to be in the country.
	DeviceZones []string `yaml:"device_zones"`
	Map         Map      `yaml:"map"`
	// Before are countries whose tables claim cells of this one along the border: a
	// point is looked up here first.
	Before []outage.Country `yaml:"look_up_before"`
	Codes  Codes            `yaml:"codes"`
}

// Names are the words for a country in one language.
type Names struct {
	Name  string `yaml:"name"`  // by itself
	Full  string `yaml:"full"`  // in a title, with its article; Name where it is empty
	In    string `yaml:"in"`    // in a sentence: where something happens
	Clock string `yaml:"clock"` // its local time
	// Towns are the largest ones, which the report form suggests.
	Towns []string `yaml:"towns"`
}

// Map are H3 resolutions of maps.
type Map struct {
	Small int `yaml:"small"` // within pages: a whole country fits a phone
	Large int `yaml:"large"` // the large map, one to two thousand cells
}

var (
	countryForm = regexp.MustCompile(`^[A-Z]{2}$`)
	regionForm  = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`)
	aliasForm   = regexp.MustCompile(`^[a-z]{2,20}$`)
)

func readManifest(text []byte) (Manifest, error) {
	var m Manifest
	if err := decodeYAML(text, &m); err != nil {
		return m, fmt.Errorf("reading %s: %w", fileManifest, err)
	}
	if err := errors.Join(m.check(), m.Codes.compile()); err != nil {
		return m, fmt.Errorf("reading %s: %w", fileManifest, err)
	}
	return m, nil
}

func (m *Manifest) check() error {
	switch english := m.Names["en"]; {
	case !countryForm.MatchString(string(m.Code)):
		return fmt.Errorf("code: %q is not two capital letters", m.Code)
	case english.Name == "" || english.In == "" || english.Clock == "":
		return errors.New("names: en needs name, in and clock")
	case len(m.Languages) == 0:
		return errors.New("languages: at least one is needed")
	case m.Zone == "":
		return errors.New("zone: it is missing")
	case !m.Map.valid():
		return fmt.Errorf("map: small and large are resolutions from %d to %d", outage.CellCoarse, outage.CellFine)
	}
	for _, alias := range m.Aliases {
		if !aliasForm.MatchString(alias) {
			return fmt.Errorf("aliases: %q is not 2 to 20 small letters", alias)
		}
	}
	return nil
}

func (m Map) valid() bool {
	return outage.CellCoarse <= m.Small && m.Small <= m.Large && m.Large <= outage.CellFine
}

// facts are the manifest in the form of the vocabulary.
func (m *Manifest) facts() (outage.CountryFacts, error) {
	facts := outage.CountryFacts{
		Code: m.Code, Aliases: m.Aliases, Languages: m.Languages, Names: make(map[string]outage.CountryNames, len(m.Names)),
		RegionZones:   make(map[outage.Region]*time.Location, len(m.Zones)),
		MapResolution: m.Map.Small, LargeResolution: m.Map.Large,
	}
	for language, names := range m.Names {
		if names.Full == "" {
			names.Full = names.Name
		}
		facts.Names[language] = outage.CountryNames(names)
	}
	var err error
	if facts.Zone, err = zoneOf("zone", m.Zone); err != nil {
		return facts, err
	}
	for region, name := range m.Zones {
		if region.Country() != m.Code {
			return facts, fmt.Errorf("reading %s: zones: %q is no region of the country", fileManifest, region)
		}
		if facts.RegionZones[region], err = zoneOf("zones", name); err != nil {
			return facts, err
		}
	}
	facts.DeviceZones = slices.Clone(m.DeviceZones)
	for _, name := range append([]string{m.Zone}, valuesOf(m.Zones)...) {
		if !slices.Contains(facts.DeviceZones, name) {
			facts.DeviceZones = append(facts.DeviceZones, name)
		}
	}
	slices.Sort(facts.DeviceZones)
	return facts, nil
}

func valuesOf(zones map[outage.Region]string) (names []string) {
	for _, name := range zones {
		names = append(names, name)
	}
	return names
}

func zoneOf(key, name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("reading %s: %s: there is no time zone %q", fileManifest, key, name)
	}
	return zone, nil
}
