package locale

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// forms lists the plural forms that a language uses for whole numbers.
func forms(l *catalogue) []plural.Form {
	used := map[plural.Form]bool{}
	for n := range int64(201) {
		used[l.form(n)] = true
	}
	used[plural.Other] = true
	return slices.Sorted(maps.Keys(used))
}

func TestCataloguesAreComplete(t *testing.T) {
	all := catalogues()
	english := all[Default]
	for lang, l := range all {
		for key, entry := range english.Messages {
			other, ok := l.Messages[key]
			if !ok {
				t.Errorf("%s lacks %q", lang, key)
				continue
			}
			if plurals := len(entry) > 1; plurals {
				if got := slices.Sorted(maps.Keys(other)); !slices.Equal(got, forms(l)) {
					t.Errorf("%s %q has plural forms %v, want %v", lang, key, got, forms(l))
				}
			} else if len(other) != 1 {
				t.Errorf("%s %q has plural forms, English has none", lang, key)
			}
			want := placeholders(entry[plural.Other])
			for form, text := range other {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s %q is empty", lang, key)
				}
				if got := placeholders(text); !slices.Equal(got, want) {
					t.Errorf("%s %q form %v has placeholders %v, want %v", lang, key, form, got, want)
				}
			}
		}
		for key := range l.Messages {
			if _, ok := english.Messages[key]; !ok {
				t.Errorf("%s has %q, which English lacks", lang, key)
			}
		}
		if lang != Default && l.File.Review == "" {
			t.Errorf("%s does not say whether a native speaker read it", lang)
		}
	}
}

func TestWordsAndNumbers(t *testing.T) {
	at := time.Date(2026, 7, 1, 18, 5, 0, 0, time.UTC)
	for _, test := range []struct {
		name, lang string
		country    outage.Country
		write      func(*Localizer) string
		want       string
	}{
		{"thousands in Britain", "en", countrytest.GB, func(s *Localizer) string { return s.Int(1234567) }, "1,234,567"},
		{"lakh in India", "en", countrytest.IN, func(s *Localizer) string { return s.Int(1234567) }, "12,34,567"},
		{"lakh in Hindi", "hi", countrytest.IN, func(s *Localizer) string { return s.Int(1234567) }, "12,34,567"},
		{"Bengali digits", "bn", countrytest.IN, func(s *Localizer) string { return s.Int(1234567) }, "১২,৩৪,৫৬৭"},
		{"Bengali clock in summer", "bn", countrytest.GB, func(s *Localizer) string { return s.Clock(at, countrytest.GB) }, "১৯:০৫"},
		{"Indian clock", "en", countrytest.IN, func(s *Localizer) string { return s.Clock(at, countrytest.IN) }, "23:35"},
		{"percent", "en", countrytest.GB, func(s *Localizer) string { return s.Percent(.256) }, "26%"},
		{"small amount", "en", countrytest.GB, func(s *Localizer) string { return s.Amount(9.46) }, "9.5"},
		{"large amount", "en", countrytest.GB, func(s *Localizer) string { return s.Amount(1234.6) }, "1,235"},
		{"one", "en", countrytest.GB, func(s *Localizer) string { return s.T("symptoms.of", "n", int64(1)) }, "What 1 report in 24 hours was about."},
		{"none in English", "en", countrytest.GB, func(s *Localizer) string { return s.T("symptoms.of", "n", int64(0)) }, "What 0 reports in 24 hours were about."},
		{"none in Hindi is one", "hi", countrytest.IN, func(s *Localizer) string { return s.T("symptoms.of", "n", int64(0)) }, "24 घंटे की 0 रिपोर्ट में क्या बताया गया।"},
		{"below none", "en", countrytest.GB, func(s *Localizer) string { return s.T("symptoms.of", "n", int64(-2)) }, "What -2 reports in 24 hours were about."},
		{"ten million", "cy", countrytest.GB, func(s *Localizer) string { return s.T("symptoms.of", "n", int64(10_000_001)) }, "Am beth roedd 10,000,001 adroddiad mewn 24 awr."},
		{"two in Welsh", "cy", countrytest.GB, func(s *Localizer) string { return s.T("symptoms.of", "n", int64(2)) }, "Am beth roedd 2 adroddiad mewn 24 awr."},
		{"a value is no template", "en", countrytest.GB, func(s *Localizer) string { return s.T("service.title", "service", "{service}") }, "{service}: what users report"},
		{"a missing key shows", "en", countrytest.GB, func(s *Localizer) string { return s.T("no.such") }, "no.such"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.write(New(test.lang, test.country)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestPhraseRefusesUnknownForms(t *testing.T) {
	var p phrase
	if err := json.Unmarshal([]byte(`{"several": "x"}`), &p); err == nil {
		t.Error("a plural form that does not exist was read")
	}
}

// A key that stands twice in a file has only the text of the last one.
func TestNoKeyStandsTwice(t *testing.T) {
	key := regexp.MustCompile(`(?m)^    "([^"]+)": `)
	for _, lang := range Languages() {
		source, err := files.ReadFile("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, match := range key.FindAllSubmatch(source, -1) {
			if name := string(match[1]); seen[name] {
				t.Errorf("%s has %q twice", lang, name)
			} else {
				seen[name] = true
			}
		}
		if len(seen) != len(catalogues()[lang].Messages) {
			t.Errorf("%s: found %d keys of %d", lang, len(seen), len(catalogues()[lang].Messages))
		}
	}
}
