package catalog

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// readBuiltin is a file of the built-in catalogue.
func readBuiltin(t testing.TB, category string) []byte {
	t.Helper()
	data, err := files.ReadFile("services/" + category + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// namesOf is all that a service is called, each once, as search folds it.
func namesOf(service outage.Service) map[string]bool {
	names := make(map[string]bool)
	for _, name := range slices.Concat(slices.Collect(maps.Values(service.Names)), service.Aliases, []string{service.Slug}) {
		names[locale.Key(name)] = true
	}
	return names
}

// calledSo lists the services that have the name or alias.
func calledSo(catalog *Catalog, name string) []string {
	var called []string
	for _, service := range catalog.Services() {
		if namesOf(service)[locale.Key(name)] {
			called = append(called, service.Slug)
		}
	}
	return called
}

// Whoever has no power, water or help is told whom to call.
func TestAdvice(t *testing.T) {
	for _, service := range builtIn(t).Services() {
		needed := slices.Contains([]string{"power", "water", "emergency"}, service.Category)
		for _, country := range service.Country {
			if _, ok := service.Advice[country]; ok != needed {
				t.Errorf("%s in %s has the advice %v", service.Slug, country, service.Advice)
			}
		}
	}
}

// Every file is listed and, but for that of status pages, holds one category, which it is named after, and says
// nothing that another file says: a second entry would replace the first.
func TestFilesOfTheCatalogue(t *testing.T) {
	entries, err := files.ReadDir("services")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(builtin) {
		t.Errorf("%d files, %d of them listed", len(entries), len(builtin))
	}
	seen := make(map[string]string)
	for _, category := range builtin {
		if category == "status" {
			continue
		}
		var sections map[string]map[string]struct {
			Category string `yaml:"category"`
		}
		if err := yaml.Unmarshal(readBuiltin(t, category), &sections); err != nil {
			t.Fatal(err)
		}
		if _, own := sections["categories"][category]; !own || len(sections["categories"]) != 1 {
			t.Errorf("%s.yaml has the categories %v", category, slices.Collect(maps.Keys(sections["categories"])))
		}
		for section, members := range sections {
			for slug, member := range members {
				if before, twice := seen[section+slug]; twice {
					t.Errorf("%s of %s.yaml stands in %s.yaml too", slug, category, before)
				}
				seen[section+slug] = category
				if section == "services" && member.Category != category {
					t.Errorf("%s of %s.yaml has the category %s", slug, category, member.Category)
				}
			}
		}
	}
}

func TestBuiltInServices(t *testing.T) {
	catalog := builtIn(t)
	if n := len(catalog.Services()); n < 200 {
		t.Errorf("%d services", n)
	}
	used := make(map[outage.Country]int)
	for _, service := range catalog.Services() {
		for _, country := range outage.Countries() {
			if usedIn(service, country) {
				used[country]++
			}
		}
		for _, language := range []string{"en", "hi", "bn"} {
			if service.Names[language] == "" {
				t.Errorf("%s has no name in %s", service.Slug, language)
			}
		}
		called := strings.Join(append(slices.Collect(maps.Values(service.Names)), service.Aliases...), " ")
		for _, script := range []*unicode.RangeTable{unicode.Devanagari, unicode.Bengali} {
			if !strings.ContainsFunc(called, func(r rune) bool { return unicode.Is(script, r) }) {
				t.Errorf("%s cannot be found in one of the Indian scripts: %s", service.Slug, called)
			}
		}
		if service.Provider == "" || len(service.Aliases) == 0 {
			t.Errorf("%s is run by %q, in %v, aliases %v", service.Slug, service.Provider, service.Country, service.Aliases)
		}
	}
	for _, country := range outage.Countries() {
		if used[country] < 100 {
			t.Errorf("%s has %d services", country, used[country])
		}
	}
}

// Slugs that incidents, scripts of past outages and other people's links use.
func TestSlugsStay(t *testing.T) {
	catalog := builtIn(t)
	for slug, symptoms := range map[string]string{
		"whatsapp": "send receive connect calls media login", "messenger": "send receive connect calls media login",
		"facebook": "feed post messages media app login", "instagram": "feed post messages media app login",
		"threads": "feed post messages media app login", "telegram": "send receive connect calls media login",
		"signal": "send receive connect calls media login", "youtube": "playback buffering browse app login",
		"netflix": "playback buffering browse app login", "upi": "pay debited pending receive balance link",
		"jio": "signal data slow calls texts topup broadband", "airtel": "signal data slow calls texts topup broadband",
		"vi": "signal data slow calls texts topup broadband", "bsnl": "signal data slow calls texts topup broadband",
		"ee": "signal data slow calls texts topup broadband", "bt": "internet slow drops wifi phone tv",
		"virgin-media": "internet slow drops wifi phone tv", "sky": "internet slow drops wifi phone tv",
		"hsbc": "login app cards transfers atm balance", "sbi": "login app cards transfers atm balance",
	} {
		service, _ := catalog.Service(slug)
		var got []string
		for _, symptom := range service.Symptoms {
			got = append(got, symptom.Slug)
		}
		if strings.Join(got, " ") != symptoms {
			t.Errorf("%s has the symptoms %v", slug, got)
		}
	}
}

func TestBuiltInCategories(t *testing.T) {
	for _, category := range builtIn(t).categories {
		if len(category.symptoms) < 4 {
			t.Errorf("%s has %d symptoms", category.slug, len(category.symptoms))
		}
		for _, language := range languages {
			if category.names[language] == "" {
				t.Errorf("%s has no name in %s", category.slug, language)
			}
			for country, advice := range category.advice {
				if advice[language] == "" {
					t.Errorf("the advice of %s in %s is missing in %s", category.slug, country, language)
				}
			}
			for _, symptom := range category.symptoms {
				if symptom.Names[language] == "" {
					t.Errorf("%s of %s has no name in %s", symptom.Slug, category.slug, language)
				}
			}
		}
	}
}

func TestBuiltInFamilies(t *testing.T) {
	catalog := builtIn(t)
	for _, family := range catalog.families {
		if members := catalog.Family(family.slug); len(members) < 2 {
			t.Errorf("the family %s is %v", family.slug, slugs(members))
		}
	}
}

// Dependencies exist, and are used where those that need them are.
func TestBuiltInDependencies(t *testing.T) {
	catalog := builtIn(t)
	for service, on := range map[string]string{"phonepe": "upi", "giffgaff": "o2", "plusnet": "bt", "fortnite": "epic-games", "aeps": "aadhaar", "zerodha": "cloudflare"} {
		if got, _ := catalog.Service(service); !slices.Equal(got.DependsOn, []string{on}) {
			t.Errorf("%s depends on %v", service, got.DependsOn)
		}
	}
	for _, service := range catalog.Services() {
		for _, slug := range service.DependsOn {
			on, ok := catalog.Service(slug)
			together := slices.ContainsFunc(outage.Countries(), func(c outage.Country) bool { return usedIn(on, c) && usedIn(service, c) })
			if !ok || !together {
				t.Errorf("%s depends on %s, in no country", service.Slug, slug)
			}
		}
	}
}

// A word leads to one service, but for these: Vi was Vodafone in India.
func TestNamesLeadToOneService(t *testing.T) {
	shared := map[string][]string{}
	for _, name := range []string{"vodafone", "वोडाफ़ोन", "ভোডাফোন"} {
		shared[locale.Key(name)] = []string{"vi", "vodafone"}
	}
	services := make(map[string][]string)
	for _, service := range builtIn(t).Services() {
		for name := range namesOf(service) {
			services[name] = append(services[name], service.Slug)
		}
	}
	for name, slugs := range services {
		if want := shared[name]; len(slugs) > 1 && !slices.Equal(slugs, want) {
			t.Errorf("%q is %v", name, slugs)
		}
	}
}
