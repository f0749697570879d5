package catalog

import (
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

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
		{"insta", []string{"instagram", "swiggy"}},
		{"VIRGINMEDIA", []string{"virgin-media"}},
		{"state bank", []string{"sbi"}},
		{"gpay", []string{"google-pay"}},
		{"ভোডাফোন", []string{"vodafone", "vi"}},
		{"एयरटेल", []string{"airtel", "airtel-xstream"}},
		{"এয়ারটেল", []string{"airtel", "airtel-xstream"}},
		{"আইআরসিটিসি", []string{"irctc"}},
		{"hmrc", []string{"hmrc"}},
		{"ap gig", []string{"nhs-wales-app"}},
		{"o2", []string{"o2"}},
		{"O২", []string{"o2"}},
		{"चैनल ४", []string{"channel-4"}},
		{"bob", []string{"bank-of-baroda"}},
		{"tflix", []string{"netflix"}},
		{"zzz", []string{}},
		{"", []string{}},
		{" - ", []string{}},
	}
	catalog := builtIn(t)
	for _, c := range cases {
		if got := slugs(catalog.Search(c.q, "").Services); !slices.Equal(got, c.want) {
			t.Errorf("%q finds %v, want %v", c.q, got, c.want)
		}
	}
}

// Each service here answers "sun" a little less well than the one before it.
func TestSearchRanks(t *testing.T) {
	const text = `categories: {c: {names: {en: C}, symptoms: {s: {names: {en: S}}}}}
services:
  h: {category: c, names: {en: Missunion}}
  g: {category: c, names: {en: G}, aliases: [late sunday]}
  f: {category: c, names: {en: Late sunday}}
  e: {category: c, names: {en: E}, aliases: [sunday]}
  d: {category: c, names: {en: Sundae}}
  b: {category: c, names: {en: B}, aliases: [sun]}
  a: {category: c, names: {en: Sün}}
`
	catalog, err := Parse("f.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slugs(catalog.Search("Sun", "").Services), []string{"a", "b", "d", "e", "f", "g", "h"}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// Whatever a service is called leads to it, before those that only resemble it.
func TestEveryNameFindsItsService(t *testing.T) {
	catalog := builtIn(t)
	for _, service := range catalog.Services() {
		for name := range namesOf(service) {
			found := catalog.Search(name, "").Services
			at := slices.IndexFunc(found, func(s outage.Service) bool { return s.Slug == service.Slug })
			if at < 0 || at > 0 && len(calledSo(catalog, name)) < 2 {
				t.Errorf("%q of %s finds %v", name, service.Slug, slugs(found))
			}
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	catalog := builtIn(b)
	for _, q := range []string{"whatsapp", "b", "এয়ারটেল"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				catalog.Search(q, "")
			}
		})
	}
}
