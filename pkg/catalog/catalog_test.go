package catalog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"downpour/pkg/outage"
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

func TestBuiltInServices(t *testing.T) {
	want := []string{
		"whatsapp", "messenger", "facebook", "instagram", "threads", "telegram", "signal", "youtube",
		"netflix", "upi", "jio", "airtel", "vi", "bsnl", "bt", "ee", "virgin-media", "sky", "hsbc", "sbi",
	}
	catalog := builtIn(t)
	if got := slugs(catalog.Services()); !slices.Equal(got, want) {
		t.Errorf("services %v, want %v", got, want)
	}
	for _, service := range catalog.Services() {
		for _, language := range []string{"en", "hi", "bn"} {
			if service.Names[language] == "" {
				t.Errorf("%s has no name in %s", service.Slug, language)
			}
		}
		if len(service.Symptoms) == 0 || len(service.Country) == 0 {
			t.Errorf("%s: %d symptoms, countries %v", service.Slug, len(service.Symptoms), service.Country)
		}
		for _, symptom := range service.Symptoms {
			for _, language := range languages {
				if symptom.Names[language] == "" {
					t.Errorf("%s of %s has no name in %s", symptom.Slug, service.Slug, language)
				}
			}
		}
	}
}

func TestServiceFamilyAndNames(t *testing.T) {
	catalog := builtIn(t)
	jio, ok := catalog.Service("jio")
	if !ok || jio.Name != "Jio" || !slices.Equal(jio.Country, []outage.Country{outage.IN}) || jio.Category != "mobile" {
		t.Errorf("jio is %+v, %t", jio, ok)
	}
	if _, ok := catalog.Service("nothing"); ok {
		t.Error("a service that does not exist was found")
	}
	if got := slugs(catalog.Family("bt-group")); !slices.Equal(got, []string{"bt", "ee"}) {
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

func TestSearch(t *testing.T) {
	cases := []struct {
		q    string
		want []string
	}{
		{"whatsapp", []string{"whatsapp"}},
		{" WhatsAPP! ", []string{"whatsapp"}},
		{"whats app", []string{"whatsapp"}},
		{"व्हाट्सऐप", []string{"whatsapp"}},
		{"হোয়াটসঅ্যাপ", []string{"whatsapp"}},
		{"फेसबुक", []string{"facebook"}},
		{"फ़ेसबुक", []string{"facebook"}},
		{"virgin media", []string{"virgin-media"}},
		{"VIRGINMEDIA", []string{"virgin-media"}},
		{"you", []string{"youtube"}},
		{"vi", []string{"vi", "virgin-media"}},
		{"messenger", []string{"messenger", "signal"}},
		{"state bank", []string{"sbi"}},
		{"gpay", []string{"upi"}},
		{"ভোডাফোন", []string{"vi"}},
		{"tflix", []string{"netflix"}},
		{"zzz", []string{}},
		{"", []string{}},
		{" - ", []string{}},
	}
	catalog := builtIn(t)
	for _, c := range cases {
		if got := slugs(catalog.Search(c.q)); !slices.Equal(got, c.want) {
			t.Errorf("%q finds %v, want %v", c.q, got, c.want)
		}
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
	catalog, err := Load(write(t, extra))
	if err != nil {
		t.Fatal(err)
	}
	list := slugs(catalog.Services())
	if len(list) != 21 || list[6] != "signal" || list[20] != "campus" {
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
	if again := builtIn(t); len(again.Services()) != 20 || again.CategoryNames("bank")["en"] != "Banking" {
		t.Error("loading a file changed the built-in catalogue")
	}
}

func TestLoadStandalone(t *testing.T) {
	catalog, err := Load(write(t, "standalone: true\n"+small))
	if err != nil {
		t.Fatal(err)
	}
	if got := slugs(catalog.Services()); !slices.Equal(got, []string{"mail"}) {
		t.Errorf("services are %v", got)
	}
}

func TestLoadWithoutFile(t *testing.T) {
	if catalog, err := Load(""); err != nil || len(catalog.Services()) != 20 {
		t.Errorf("the built-in catalogue did not load: %v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent.yaml")); !errors.Is(err, fs.ErrNotExist) {
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
