package place

import "testing"

func TestKey(t *testing.T) {
	for _, same := range [][]string{
		{"Stoke-on-Trent", "stoke on trent", "stokeontrent"},
		{"St. Albans", "St Albans", "Saint Albans", "SAINT-ALBANS"},
		{"हावड़ा", "हावडा"},
	} {
		for _, text := range same[1:] {
			if got, want := key(words(text)), key(words(same[0])); got != want || got == "" {
				t.Errorf("%q: got %q, want %q as for %q", text, got, want, same[0])
			}
		}
	}
}
