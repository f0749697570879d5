package country

import (
	"slices"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

func builtIn(t *testing.T) Set {
	t.Helper()
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func codesOf(set Set) string {
	var codes []string
	for _, code := range set.Codes() {
		codes = append(codes, string(code))
	}
	return strings.Join(codes, " ")
}

func TestDefaultLeavesIrelandOut(t *testing.T) {
	set, err := Default()
	if err != nil || codesOf(set) != "GB IN" {
		t.Errorf("%s, %v", codesOf(set), err)
	}
	if got := codesOf(builtIn(t)); got != "GB IE IN" {
		t.Errorf("built in are %s", got)
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		codes []string
		want  string // of the set, or in the error
	}{
		{[]string{"in", "GB"}, "IN GB"}, {[]string{"ie"}, "IE"}, {[]string{"fr"}, "there are gb, ie, in"}, {[]string{"gb", "Gb"}, "twice"}, {nil, "no country"},
	} {
		set, err := builtIn(t).Choose(c.codes...)
		if err != nil && !strings.Contains(err.Error(), c.want) || err == nil && codesOf(set) != c.want {
			t.Errorf("%v: %s, %v", c.codes, codesOf(set), err)
		}
	}
}

// A country whose tables are narrower along a border stands before its neighbour, whatever
// the order in which they are shown.
func TestLookUpOrder(t *testing.T) {
	for _, codes := range [][]string{{"gb", "in", "ie"}, {"ie", "gb", "in"}, {"in", "gb", "ie"}} {
		set, err := builtIn(t).Choose(codes...)
		if err != nil {
			t.Fatal(err)
		}
		order := set.LookUpOrder().Codes()
		if len(order) != 3 || slices.Index(order, "IE") > slices.Index(order, "GB") {
			t.Errorf("%v are looked up in the order %v", codes, order)
		}
	}
	a, b := &Pack{Manifest: Manifest{Code: "XA", Before: []outage.Country{"XB"}}}, &Pack{Manifest: Manifest{Code: "XB", Before: []outage.Country{"XA"}}}
	if got := (Set{a, b}).LookUpOrder(); len(got) != 2 {
		t.Errorf("a circle has %d", len(got))
	}
}

func TestWith(t *testing.T) {
	set, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	other := &Pack{Manifest: Manifest{Code: "GB"}}
	if got := set.With(other); codesOf(got) != "GB IN" || got.Get("GB") != other || set.Get("GB") == other {
		t.Error("a pack does not take the place of that of the same country")
	}
	if got := set.With(&Pack{Manifest: Manifest{Code: "XX"}}); codesOf(got) != "GB IN XX" || codesOf(set) != "GB IN" {
		t.Errorf("got %s", codesOf(got))
	}
}

// Codes are read in every usual spelling, and what is none is not.
func TestReadings(t *testing.T) {
	for code, spellings := range map[outage.Country]map[string]string{
		"GB": {
			"sw1a": "SW1A", "sw1a 1aa": "SW1A", "m1 1ae": "M1", "m11ae": "M1", "m11": "M11", "e1 6an": "E1", "bfpo 61": "BFPO", "gir 0aa": "GIR",
			"ec1v obw": "EC1V", "m6o 1aa": "M6O M60", "m1 1": "", "sw1a 1a": "", "swia": "", "": "",
		},
		"IN": {"700001": "700001", "700 001": "700001", "7oooo1": "700001", "70000": "", "7000011": "", "o00001": ""},
		"IE": {"d02": "D02", "d02 af30": "D02", "d02af30": "D02", "do2 af30": "D02", "d6w": "D6W", "d0": "", "d02 af3": "", "w12 8qt": ""},
	} {
		grammar := &builtIn(t).Get(code).Codes
		for text, want := range spellings {
			if got := strings.Join(grammar.Readings(strings.Fields(text)), " "); got != want {
				t.Errorf("%s: %q is read as %q, want %q", code, text, got, want)
			}
		}
	}
	gb := &builtIn(t).Get("GB").Codes
	if gb.PrefixOf("SW1A") != "SW" || gb.PrefixOf("BFPO") != "BFPO" || gb.SaysElsewhere("JE2") == "" || gb.SaysElsewhere("M1") != "" {
		t.Error("the start of a code, or a code elsewhere, is not seen")
	}
}
