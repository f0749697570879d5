package page

import (
	"io/fs"
	"regexp"
	"testing"

	"github.com/open-downpour/downpour/pkg/locale"
)

// TestEveryKeyIsKnown reads the keys out of the templates, so that a typing error
// shows here and not on a page.
func TestEveryKeyIsKnown(t *testing.T) {
	english := locale.New(locale.Default, "")
	used := regexp.MustCompile(`\.(?:T|None) "([a-z.]+)"`)
	files, _ := fs.Glob(templateFiles, "templates/*.html")
	for _, file := range files {
		source, _ := templateFiles.ReadFile(file)
		for _, match := range used.FindAllStringSubmatch(string(source), -1) {
			if !english.Has(match[1]) {
				t.Errorf("%s has the key %q, which no catalogue has", file, match[1])
			}
		}
	}
}
