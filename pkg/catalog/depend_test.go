package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// chain is a catalogue of services a, b, c and so on, each with what it depends
// on; the first of them stands on line 3.
func chain(needs ...string) string {
	text := "categories: {c: {names: {en: C}, symptoms: {s: {names: {en: S}}}}}\nservices:\n"
	for i, on := range needs {
		text += fmt.Sprintf("  %c: {category: c, names: {en: N}, depends_on: [%s]}\n", 'a'+i, on)
	}
	return text
}

func TestDependencies(t *testing.T) {
	catalog, err := Parse("f.yaml", []byte(chain("b, c", "d", "d", "")))
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := catalog.Service("a"); !slices.Equal(a.DependsOn, []string{"b", "c"}) {
		t.Errorf("a depends on %v", a.DependsOn)
	}
}

func TestBrokenDependencies(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"on itself", chain("a"), []string{`f.yaml:3: services.a.depends_on[0]: a cannot depend on itself`}},
		{"unknown", chain("b", "a, z"), []string{
			`f.yaml:4: services.b.depends_on[0]: closes a circle: b, a, b`,
			`f.yaml:4: services.b.depends_on[1]: there is no service "z"`,
		}},
		{"circle", chain("b", "c", "d", "b"), []string{`f.yaml:6: services.d.depends_on[0]: closes a circle: d, b, c, d`}},
		{"twice", chain("b, b", ""), []string{`f.yaml:3: services.a.depends_on[1]: b stands twice`}},
		{"no list", strings.Replace(small, "family: campus", "depends_on: mail", 1), []string{`f.yaml:11: services.mail.depends_on: must be a list`}},
		{"no text", chain("[b]", ""), []string{
			`f.yaml:3: services.a.depends_on[0]: must be text`,
			`f.yaml:3: services.a.depends_on[0]: there is no service "?"`,
		}},
		{"empty provider", strings.Replace(small, "family: campus", `provider: ""`, 1), []string{`f.yaml:11: services.mail.provider: is empty`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(c.text))
			if err == nil {
				t.Fatal("the file was taken")
			}
			if want := strings.Join(c.want, "\n"); err.Error() != want {
				t.Errorf("got\n%s\nwant\n%s", err, want)
			}
		})
	}
}

// A file may use the built-in services, but not close a circle through them.
func TestDependenciesOverTheBuiltInCatalogue(t *testing.T) {
	const campus = "services:\n  campus: {category: bank, names: {en: Campus}, depends_on: [upi]}\n"
	if _, err := Load(write(t, campus), nil); err != nil {
		t.Error(err)
	}
	const circle = "services:\n  upi: {category: payments, names: {en: UPI}, depends_on: [phonepe]}\n"
	_, err := Load(write(t, circle), nil)
	if want := "mine.yaml:2: services.upi.depends_on[0]: closes a circle: upi, phonepe, upi"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
