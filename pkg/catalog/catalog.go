// Package catalog owns the list of services that people can report about: their
// slugs, names in every script, families, providers, categories and symptoms,
// and what they depend on. example.yaml tells the format.
//
// It promises that a catalogue it hands out is whole: every slug is a usable
// address, every family, category and dependency exists, no service depends on
// itself by any way, every name is short plain text. It reports everything that
// is wrong with a file at once, by line. It refuses to guess: a key it does not
// know is an error, and names are text, never markup. A catalogue never changes
// after it was read.
package catalog

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed services/*.yaml
var files embed.FS

// builtin names the files of the built-in catalogue, one for each category and one of the
// vendors' status pages. In
// this order their services are listed, and a file may use the families of those
// before it and depend on the services of all. Their hi, bn and cy texts still wait for the review of native
// speakers.
var builtin = []string{
	"messaging", "social", "video", "payments", "mobile", "broadband", "bank", "tv", "music",
	"games", "ai", "work", "cloud", "shopping", "food", "travel", "government",
	"power", "water", "emergency", "invest", "education", "parcels", "home", "tickets",
	"status",
}

// Catalog is a checked list of services. It is safe for concurrent use. What
// its methods return shares its maps and slices and must not be written to.
type Catalog struct {
	services   []outage.Service // in the order of the file
	bySlug     map[string]int   // index into services
	byFamily   map[string][]outage.Service
	families   []family
	categories []category
	pages      map[string]outage.StatusPage // by the slug of a service
	keys       [][]searchKey                // beside services
	troubles   [][]string                   // the names and keywords of categories that have several words
	networks   map[string][]int             // indices of the access networks by folded name or alias, names first
}

// family is a group of services that tend to break together.
type family struct {
	slug  string
	names map[string]string
}

// category gives the services in it their symptoms.
type category struct {
	slug     string
	names    map[string]string
	symptoms []outage.Symptom
	keywords []string // what people type of the trouble: "power cut"
	words    [][]string
	advice   map[outage.Country]map[string]string
}

// Default is the catalogue built into the program.
func Default() (*Catalog, error) {
	whole := &Catalog{}
	var readers []*reader
	for _, category := range builtin {
		name := "services/" + category + ".yaml"
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading the catalogue: %w", err)
		}
		catalog, r := read(name, data, whole, nil)
		if err := r.err(); err != nil {
			return nil, err
		}
		whole, readers = catalog, append(readers, r)
	}
	for _, r := range readers {
		r.dependencies(whole.services)
		if err := r.err(); err != nil {
			return nil, err
		}
	}
	return whole.index(), nil
}

// Places knows the names of regions and districts in addresses.
type Places interface {
	AreaOf(country outage.Country, slug string) (outage.Area, bool)
}

// Parse reads a catalogue that stands alone. The name is what errors call the
// file. The error has one line for each thing that is wrong:
//
//	mine.yaml:12: services.whatsapp.category: there is no category "massaging"
func Parse(name string, data []byte) (*Catalog, error) {
	return parse(name, data, &Catalog{}, nil)
}

// Load is the built-in catalogue changed by the file at path. A service, family
// or category in the file replaces the built-in one of the same slug whole, at
// its place in the order; others come after the built-in ones. Nothing merges
// inside an entry, but that an entry of a status page which says no more than
// whether it is read keeps the rest. A file that says "standalone: true" replaces the built-in
// catalogue altogether. The empty path is the built-in catalogue. A service in the file
// must not have the address of one of the places in a country in which it is used: the
// page of a service comes before that of a place, so the place would move to another
// address. A built-in service may, where a country of the operator has such a place.
func Load(path string, places Places) (*Catalog, error) {
	base, err := Default()
	if err != nil || path == "" {
		return base, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue: %w", err)
	}
	return parse(filepath.Base(path), data, base, places)
}

// Services lists all services in the order of the catalogue.
func (c *Catalog) Services() []outage.Service { return slices.Clone(c.services) }

// Service finds a service by its slug.
func (c *Catalog) Service(slug string) (outage.Service, bool) {
	at, ok := c.bySlug[slug]
	if !ok {
		return outage.Service{}, false
	}
	return c.services[at], true
}

// Family lists the services of a family in the order of the catalogue; none for
// a family that does not exist and for "".
func (c *Catalog) Family(slug string) []outage.Service { return slices.Clone(c.byFamily[slug]) }

// FamilyNames are the display names of a family by language tag, nil for one
// that does not exist.
func (c *Catalog) FamilyNames(slug string) map[string]string {
	for _, family := range c.families {
		if family.slug == slug {
			return family.names
		}
	}
	return nil
}

// CategoryNames are the display names of a category by language tag, nil for
// one that does not exist.
func (c *Catalog) CategoryNames(slug string) map[string]string {
	if category := findCategory(c.categories, slug); category != nil {
		return category.names
	}
	return nil
}

// index builds what the methods look things up in.
func (c *Catalog) index() *Catalog {
	c.leaveUncovered()
	c.bySlug = make(map[string]int, len(c.services))
	c.byFamily = make(map[string][]outage.Service)
	c.keys = make([][]searchKey, len(c.services))
	for i, service := range c.services {
		service.StatusPage = c.pages[service.Slug]
		c.services[i] = service
		c.bySlug[service.Slug] = i
		if service.Family != "" {
			c.byFamily[service.Family] = append(c.byFamily[service.Family], service)
		}
		c.keys[i] = keysOf(service)
	}
	c.networks = networksOf(c.services, c.keys)
	for i, category := range c.categories {
		c.categories[i].words = wordsOf(category)
		for _, words := range c.categories[i].words {
			if len(words) > 1 {
				c.troubles = append(c.troubles, words)
			}
		}
	}
	return c
}

func findCategory(categories []category, slug string) *category {
	for i := range categories {
		if categories[i].slug == slug {
			return &categories[i]
		}
	}
	return nil
}

// leaveUncovered leaves out the countries that the server does not cover, the services
// that are used in no other, and what depends on those.
func (c *Catalog) leaveUncovered() {
	gone := map[string]bool{}
	uncovered := func(country outage.Country) bool { return !country.Covered() }
	for i := range c.services {
		service := &c.services[i]
		if len(service.Country) > 0 && !slices.ContainsFunc(service.Country, outage.Country.Covered) {
			gone[service.Slug] = true
		}
		service.Country = slices.DeleteFunc(slices.Clone(service.Country), uncovered)
	}
	c.services = slices.DeleteFunc(c.services, func(s outage.Service) bool { return gone[s.Slug] })
	for i := range c.services {
		service := &c.services[i]
		service.DependsOn = slices.DeleteFunc(slices.Clone(service.DependsOn), func(slug string) bool { return gone[slug] })
	}
}
