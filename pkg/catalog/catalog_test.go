package catalog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func builtIn(t testing.TB) *Catalog {
	t.Helper()
	catalog, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

func slugs(services []outage.Service) []string {
	list := []string{}
	for _, service := range services {
		list = append(list, service.Slug)
	}
	return list
}

func TestServiceFamilyAndNames(t *testing.T) {
	catalog := builtIn(t)
	jio, ok := catalog.Service("jio")
	if !ok || jio.Name != "Jio" || !slices.Equal(jio.Country, []outage.Country{countrytest.IN}) || jio.Category != "mobile" {
		t.Errorf("jio is %+v, %t", jio, ok)
	}
	if _, ok := catalog.Service("nothing"); ok {
		t.Error("a service that does not exist was found")
	}
	if got := slugs(catalog.Family("bt-group")); !slices.Equal(got, []string{"ee", "bt", "plusnet", "openreach"}) {
		t.Errorf("the BT family is %v", got)
	}
	if got := catalog.Family(""); len(got) != 0 {
		t.Errorf("services without a family are a family: %v", slugs(got))
	}
	if got := catalog.FamilyNames("meta")["bn"]; got != "মেটা" {
		t.Errorf("Meta in Bengali is %q", got)
	}
	if got := catalog.CategoryNames("bank")["cy"]; got != "Bancio" {
		t.Errorf("banking in Welsh is %q", got)
	}
	if catalog.FamilyNames("x") != nil || catalog.CategoryNames("x") != nil {
		t.Error("what does not exist has names")
	}
}

func TestServicesIsACopy(t *testing.T) {
	catalog := builtIn(t)
	catalog.Services()[0] = outage.Service{Slug: "changed"}
	if got := catalog.Services()[0].Slug; got != "whatsapp" {
		t.Errorf("a caller changed the catalogue: %s", got)
	}
}

func TestLoad(t *testing.T) {
	const extra = `
categories:
  bank: {names: {en: Banks}, symptoms: {all: {names: {en: Everything}}}}
services:
  signal: {category: messaging, names: {en: Signal two}, countries: [GB]}
  campus: {category: bank, names: {en: Campus bank}}
`
	catalog, err := Load(write(t, extra), nil)
	if err != nil {
		t.Fatal(err)
	}
	whole := slugs(builtIn(t).Services())
	if list := slugs(catalog.Services()); !slices.Equal(list, append(whole, "campus")) {
		t.Errorf("services are %v", list)
	}
	signal, _ := catalog.Service("signal")
	if signal.Name != "Signal two" || len(signal.Aliases) != 0 || len(signal.Names) != 1 {
		t.Errorf("signal was merged, not replaced: %+v", signal)
	}
	for _, slug := range []string{"hsbc", "campus"} {
		if service, _ := catalog.Service(slug); len(service.Symptoms) != 1 {
			t.Errorf("%s has symptoms %v, want those of the replaced category", slug, service.Symptoms)
		}
	}
	if again := builtIn(t); len(again.Services()) != len(whole) || again.CategoryNames("bank")["en"] != "Banking" {
		t.Error("loading a file changed the built-in catalogue")
	}
}

func TestLoadStandalone(t *testing.T) {
	catalog, err := Load(write(t, "standalone: true\n"+small), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := slugs(catalog.Services()); !slices.Equal(got, []string{"mail"}) {
		t.Errorf("services are %v", got)
	}
}

// The example that self-hosters copy adds to the built-in catalogue.
func TestExample(t *testing.T) {
	catalog, err := Load("example.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	mail, ok := catalog.Service("campus-mail")
	if !ok || mail.Provider != "Campus IT" || !slices.Equal(mail.DependsOn, []string{"campus-wifi", "microsoft-365"}) {
		t.Errorf("the mail of the example is %+v, %t", mail, ok)
	}
	if got := mail.Advice[countrytest.GB]["en"]; got != "Call the help desk on extension 100." {
		t.Errorf("the advice of the example is %q", got)
	}
	if found := catalog.Search("no campus wifi", countrytest.GB); !slices.Equal(found.Categories, []string{"campus"}) {
		t.Errorf("the keyword of the example finds %v, %v", slugs(found.Services), found.Categories)
	}
	if got := slugs(catalog.Family("campus")); !slices.Equal(got, []string{"campus-wifi", "campus-mail"}) {
		t.Errorf("the family of the example is %v", got)
	}
}

func TestLoadWithoutFile(t *testing.T) {
	if catalog, err := Load("", nil); err != nil || len(catalog.Services()) != len(builtIn(t).Services()) {
		t.Errorf("the built-in catalogue did not load: %v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent.yaml"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file gives %v", err)
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
