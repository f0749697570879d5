package country

import "testing"

func TestBuiltinPacksAreWhole(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, pack := range set {
		if err := pack.ReadAll(); err != nil {
			t.Errorf("%s: %v", pack.Code, err)
		}
	}
}

func BenchmarkReadAll(b *testing.B) {
	for b.Loop() {
		for _, folder := range []string{"gb", "in"} {
			pack, err := builtin(folder)
			if err != nil {
				b.Fatal(err)
			}
			if err := pack.ReadAll(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
