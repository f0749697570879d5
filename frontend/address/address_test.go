package address

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// FuzzAddress reads arbitrary paths. An address that is written reads back equal.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"/", "/bn/in/whatsapp", "/uk", "//", "/en/en", "/in/whatsapp/thanks", "/incidents/" + pagetest.OpenIncident, "/in/incidents", "/2025/2/28", "/in/2025/02", "/2025/02/30", "/incidents/x", "/\x00", "/ＢＮ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		at, ok := Parse(pagetest.SomeServices(), path)
		if !ok {
			return
		}
		again, ok := Parse(pagetest.SomeServices(), at.Path())
		if !ok || again != at || strings.HasPrefix(at.Path(), "//") {
			t.Errorf("%q reads as %+v, writes %q, reads as %+v", path, at, at.Path(), again)
		}
	})
}

// FuzzMapState reads arbitrary queries. A state that is written reads back equal.
func FuzzMapState(f *testing.F) {
	for _, seed := range []string{"", "service=whatsapp&country=IN", "from=6h&t=2026-11-18T09:00:00Z", "from=2026-11-17T10:00:00Z&to=2026-11-17T12:00:00Z&each=15m&show=reports", "from=9999-12-31T23:59:59Z", "from=-1ns"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		asked, err := ParseMapState(pagetest.SomeServices(), "en", values.Get, pagetest.Noon)
		if err != nil {
			if known := outage.AsError(err); known == nil || known.Field == "" {
				t.Fatalf("%q: an error that names no field: %v", query, err)
			}
			return
		}
		if !asked.Span.Contains(asked.At) || asked.Span.To-asked.Span.From > LongestSpan {
			t.Fatalf("%q: %+v", query, asked)
		}
		again, _ := url.Parse(asked.Path())
		if got, err := ParseMapState(pagetest.SomeServices(), "en", again.Query().Get, pagetest.Noon); err != nil || got != asked {
			t.Fatalf("%q became %s, and that %+v (%v), not %+v", query, asked.Path(), got, err, asked)
		}
	})
}

// Countries in which the language of an address is spoken come first.
func TestCountriesOfALanguage(t *testing.T) {
	for lang, want := range map[string]outage.Country{"en": outage.Countries()[0], "hi": countrytest.IN, "bn": countrytest.IN, "cy": countrytest.GB} {
		if got := (Address{Lang: lang}).Countries(outage.Service{}); got[0] != want || len(got) != len(outage.Countries()) {
			t.Errorf("%s begins with %v", lang, got)
		}
	}
}

// Any day or time of the past can be asked for, with the hours around it.
func TestMapStateAt(t *testing.T) {
	now := time.Date(2026, 11, 22, 20, 21, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2025-02-28":                "/map?from=2025-02-28T00%3A00%3A00Z&to=2025-03-01T00%3A00%3A00Z",
		"2025-02-28T21:37":          "/map?from=2025-02-28T18%3A30%3A00Z&t=2025-02-28T21%3A30%3A00Z&to=2025-03-01T00%3A30%3A00Z",
		"2025-02-28T21:37:00Z":      "/map?from=2025-02-28T18%3A30%3A00Z&t=2025-02-28T21%3A30%3A00Z&to=2025-03-01T00%3A30%3A00Z",
		"2025-03-01T03:07:00+05:30": "/map?from=2025-02-28T18%3A30%3A00Z&t=2025-02-28T21%3A30%3A00Z&to=2025-03-01T00%3A30%3A00Z",
		"2026-11-22":                "/map?from=2026-11-22T00%3A00%3A00Z&to=2026-11-22T20%3A30%3A00Z",
		"":                          "/map",
		"IN:4,312,207":              "/map",
		"2026-11-23":                "error",
		"yesterday":                 "error",
		"0001-01-01":                "error",
	} {
		state, err := ParseMapState(pagetest.SomeServices(), "en", func(name string) string { return map[string]string{"at": text, "from": ""}[name] }, now)
		got := state.Path()
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s, %v, want %s", text, got, err, want)
		}
	}
}
