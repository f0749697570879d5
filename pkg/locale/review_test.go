package locale

import (
	"regexp"
	"testing"
)

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

// A key that stands twice in a file would silently have its last text.
func TestEveryKeyStandsOnce(t *testing.T) {
	key := regexp.MustCompile(`(?m)^    "([^"]+)":`)
	for _, lang := range Languages() {
		file, err := files.ReadFile("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, match := range key.FindAllStringSubmatch(string(file), -1) {
			if seen[match[1]] {
				t.Errorf("%s has %q twice", lang, match[1])
			}
			seen[match[1]] = true
		}
	}
}
