package locale

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"virgin", "virgin", 0},
		{"virgn", "virgin", 1},
		{"virgiin", "virgin", 1},
		{"vurgin", "virgin", 1},
		{"vrigin", "virgin", 1}, // neighbours swapped
		{"instagarm", "instagram", 1},
		{"netflicks", "netflix", 3},
		{"jio", "bt", 3},
		{"এয়ারটল", "এয়ারটেল", 1},
		{"ca", "abc", 3}, // no letter is changed twice
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
		if got := Distance(c.b, c.a); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
