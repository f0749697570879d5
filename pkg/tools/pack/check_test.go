package pack

import (
	"bytes"
	"testing"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The packs that are part of the program keep every rule. The figures are printed.
func TestBuiltinPacksKeepTheRules(t *testing.T) {
	all, err := country.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, pack := range all {
		t.Run(string(pack.Code), func(t *testing.T) {
			beside := country.Set{pack}
			for _, code := range pack.Before {
				beside = beside.With(all.Get(code))
			}
			var out bytes.Buffer
			if err := Check(pack, beside, &out); err != nil {
				t.Error(err)
			}
			t.Log("\n" + out.String())
		})
	}
	if all.Get(outage.Country("XX")) != nil {
		t.Error("there is a country XX")
	}
}
