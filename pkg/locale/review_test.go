package locale

import "testing"

// Every text has a screen, and no screen is left of texts that are gone.
func TestEveryTextHasAScreen(t *testing.T) {
	used := map[string]bool{}
	for _, text := range Review("cy") {
		if text.Screen == "" {
			t.Errorf("it is not known where %q stands", text.Key)
		}
		used[screenOf(text.Key).prefix] = true
	}
	for _, s := range screens {
		if !used[s.prefix] {
			t.Errorf("no key begins with %q", s.prefix)
		}
	}
}

func TestReview(t *testing.T) {
	want := Text{
		Screen: "home", Address: "/", Key: "home.unusual", Form: "two",
		English: "{n} services have more reports than usual", Text: "{n} wasanaeth â mwy o adroddiadau nag arfer",
	}
	for _, text := range Review("cy") {
		if text == want {
			return
		}
	}
	t.Errorf("lacks %+v", want)
}
