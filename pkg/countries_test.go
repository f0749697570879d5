package pkg_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// naming matches what names a country in a program: its code as a whole quoted word, its
// zone, the code of one of its regions.
var naming = regexp.MustCompile("[\"'`](?:GB|IN|IE)[\"'`]|Europe/(?:London|Dublin)|Asia/Kolkata|\\b(?:GB|IN|IE)-[A-Z]{1,3}\\b|\\boutage\\.(?:GB|IN|IE)\\b")

// TestNoProgramNamesACountry: a country is a folder of data, so that another one is no
// change of the program. Tests, and the packages that only tests import, may name some.
func TestNoProgramNamesACountry(t *testing.T) {
	root, files := os.DirFS(".."), 0
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipped(entry.Name())
		}
		if !program(name) {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		files++
		for i, line := range strings.Split(string(text), "\n") {
			if found := naming.FindString(line); found != "" {
				t.Errorf("%s:%d names a country: %s", name, i+1, found)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 300 {
		t.Errorf("only %d files were searched", files)
	}
}

func skipped(folder string) error {
	switch {
	case folder == "node_modules", folder == "testdata", folder == "dist", folder == "e2e", len(folder) > 1 && folder[0] == '.':
		return fs.SkipDir
	case strings.HasSuffix(folder, "test"): // support of tests: pagetest, enginetest, countrytest
		return fs.SkipDir
	}
	return nil
}

func program(name string) bool {
	base := path.Base(name)
	switch {
	case strings.HasSuffix(base, "_test.go"), strings.HasSuffix(base, ".test.ts"), strings.HasSuffix(base, ".gen.go"):
		return false
	}
	return strings.HasSuffix(base, ".go") || strings.HasSuffix(base, ".ts") || strings.HasSuffix(base, ".tsx")
}

func TestNamingOfCountriesIsSeen(t *testing.T) {
	for _, line := range []string{`if c == "GB" {`, `case 'IN':`, "x := `IE`", `"Asia/Kolkata"`, `// IN-WB`, `GB-TLI`, `outage.IN`} {
		if !naming.MatchString(line) {
			t.Errorf("%s is not seen", line)
		}
	}
	for _, line := range []string{`SELECT IN (1)`, `"INFO"`, `country := "XX"`, `GET IN`} {
		if naming.MatchString(line) {
			t.Errorf("%s is seen", line)
		}
	}
}
