package apikey

import (
	"regexp"
	"strings"
	"testing"
)

func TestKeyAndItsLine(t *testing.T) {
	key, line, err := New("met-office")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^dp_[0-9A-Za-z]{32}$`).MatchString(key) {
		t.Errorf("%q is not of the form of a key", key)
	}
	if strings.Contains(line, key) {
		t.Error("the line holds the key itself")
	}
	other, _, _ := New("met-office")
	if other == key {
		t.Error("two keys are the same")
	}
	keys, err := Parse("# importers\n\n" + line + " # since 2026\r\n")
	if err != nil {
		t.Fatal(err)
	}
	keys.AddPlain("plain")
	for told, want := range map[string]string{
		key: "met-office", "plain": Development, other: "", "": "", key[:34]: "", key + "x": "", strings.ToLower(key) + "": "",
	} {
		if got := keys.Owner(told); got != want {
			t.Errorf("the owner of %q is %q, want %q", told, got, want)
		}
	}
	if (&Keys{}).Owner("") != "" {
		t.Error("without keys, the empty key is good")
	}
}

func TestNames(t *testing.T) {
	for name, good := range map[string]bool{
		"a": true, "met-office": true, "a.b_c-1": true, "": false, "-a": false, "Met": false, "a b": false,
		"a#b": false, strings.Repeat("a", 40): true, strings.Repeat("a", 41): false, "a\n": false,
	} {
		if _, _, err := New(name); (err == nil) != good {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

func TestFilesAtFault(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	for text, want := range map[string]string{
		"a " + hash + "\nb":                   "line 2: must be a name and a hash",
		"# c\n\na b c":                        "line 3: must be a name and a hash",
		"A " + hash:                           "line 1: \"A\" is not a name",
		"a " + hash[:62]:                      "line 1: the second word",
		"a " + hash + "\na " + hash:           "line 2: the name a is taken",
		"development " + hash:                 "line 1: the name development is taken",
		"a dp_0123456789012345678901234567xx": "line 1: the second word must be a SHA-256",
	} {
		_, err := Parse(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "dp_") {
			t.Errorf("the error repeats a key: %v", err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a " + strings.Repeat("ab", 32) + "\n# x\n")
	f.Add("a\x00b c")
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := Parse(text)
		if (keys == nil) == (err == nil) {
			t.Fatalf("keys %v and error %v", keys, err)
		}
	})
}
