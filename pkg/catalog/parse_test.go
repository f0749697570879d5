package catalog

import (
	"strings"
	"testing"
)

// small is a whole catalogue in few lines.
const small = `categories:
  office:
    names: {en: Office}
    symptoms:
      down: {names: {en: Not working}}
families:
  campus: {names: {en: Campus}}
services:
  mail:
    category: office
    family: campus
    names: {en: Mail}
    aliases: [post]
`

func TestParseSmall(t *testing.T) {
	catalog, err := Parse("small.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	mail, ok := catalog.Service("mail")
	if !ok || mail.Family != "campus" || mail.Country != nil || mail.Symptoms[0].Names["en"] != "Not working" {
		t.Errorf("mail is %+v, %t", mail, ok)
	}
}

func TestParseBroken(t *testing.T) {
	edit := func(old, new string) string { return strings.Replace(small, old, new, 1) }
	cases := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", []string{`f.yaml:1: the file is empty`}},
		{"not YAML", "a: [", []string{`f.yaml:1: not YAML: did not find expected node content`}},
		{"a list", "- a", []string{
			`f.yaml:1: must be a mapping`,
			`f.yaml:1: services: there are no services`,
		}},
		{"unknown section", small + "extra: 1", []string{`f.yaml:14: extra: is not a known key`}},
		{"unknown key", edit("aliases", "alias"), []string{`f.yaml:13: services.mail.alias: is not a known key`}},
		{"no such category", edit("category: office", "category: shop"), []string{`f.yaml:10: services.mail.category: there is no category "shop"`}},
		{"no category", edit("    category: office\n", ""), []string{`f.yaml:9: services.mail.category: is missing`}},
		{"no such family", edit("family: campus", "family: meta"), []string{`f.yaml:11: services.mail.family: there is no family "meta"`}},
		{"no names", edit("    names: {en: Mail}\n", ""), []string{`f.yaml:9: services.mail.names: is missing`}},
		{"no English", edit("{en: Mail}", "{hi: मेल}"), []string{`f.yaml:12: services.mail.names.en: is missing`}},
		{"unknown language", edit("{en: Mail}", "{en: Mail, xx: Mail}"), []string{`f.yaml:12: services.mail.names.xx: is not a known key`}},
		{"empty name", edit("{en: Mail}", `{en: " "}`), []string{`f.yaml:12: services.mail.names.en: is empty`}},
		{"long name", edit("{en: Mail}", "{en: "+strings.Repeat("é", 61)+"}"), []string{`f.yaml:12: services.mail.names.en: is longer than 60 characters`}},
		{"control characters", edit("{en: Mail}", `{en: "a\tb"}`), []string{`f.yaml:12: services.mail.names.en: holds control characters`}},
		{"bad alias", edit("[post]", "[post, '', [x]]"), []string{
			`f.yaml:13: services.mail.aliases[1]: is empty`,
			`f.yaml:13: services.mail.aliases[2]: must be text`,
		}},
		{"aliases no list", edit("[post]", "post"), []string{`f.yaml:13: services.mail.aliases: must be a list`}},
		{"bad slug", edit("  mail:", "  -mail:"), []string{`f.yaml:9: services.-mail: not a slug: up to 40 of a-z, 0-9 and -, not starting with -`}},
		{"long slug", edit("  mail:", "  "+strings.Repeat("m", 41)+":"), []string{`f.yaml:9: services.` + strings.Repeat("m", 41) + `: not a slug: up to 40 of a-z, 0-9 and -, not starting with -`}},
		{"slug over two lines", edit("  mail:", `  "ma\nil":`), []string{`f.yaml:9: services."ma\nil": not a slug: up to 40 of a-z, 0-9 and -, not starting with -`}},
		{"reserved country", edit("  mail:", "  uk:"), []string{`f.yaml:9: services.uk: this word is reserved for another address`}},
		{"reserved word", edit("  mail:", "  incidents:"), []string{`f.yaml:9: services.incidents: this word is reserved for another address`}},
		{"country", edit("    aliases: [post]", "    countries: [GB, UK, GB]"), []string{
			`f.yaml:13: services.mail.countries[1]: "UK" is not the code of a country, which is GB`,
			`f.yaml:13: services.mail.countries[2]: GB stands twice`,
		}},
		{"twice", small + "  mail: {}\n", []string{`f.yaml:14: services.mail: stands twice, first on line 9`}},
		{"symptoms missing", edit("    symptoms:\n      down: {names: {en: Not working}}\n", ""), []string{`f.yaml:2: categories.office.symptoms: is missing`}},
		{"keywords", edit("    names: {en: Office}", "    names: {en: Office}\n    keywords: [no mail, '']"), []string{`f.yaml:4: categories.office.keywords[1]: is empty`}},
		{"advice", edit("    names: {en: Office}", "    names: {en: Office}\n    advice: {GB: {hi: \"\"}, fr: {en: "+strings.Repeat("é", 301)+"}}"), []string{
			`f.yaml:4: categories.office.advice.GB.en: is missing`,
			`f.yaml:4: categories.office.advice.GB.hi: is empty`,
			`f.yaml:4: categories.office.advice.fr: is not a country code of two capital letters`,
			`f.yaml:4: categories.office.advice.fr.en: is longer than 300 characters`,
		}},
		{"anchor", edit("family: campus", "family: &a campus") + "  other: {category: office, family: *a, names: {en: Other}}\n", []string{
			`f.yaml:14: services.other.family: must be text`,
			`f.yaml:14: services.other.family: there is no family "?"`,
		}},
		{"standalone", "standalone: maybe\n" + small, []string{`f.yaml:1: standalone: must be true or false`}},
		{"all at once, in order", edit("category: office", "category: shop") + "  api:\n    category: office\n", []string{
			`f.yaml:10: services.mail.category: there is no category "shop"`,
			`f.yaml:14: services.api: this word is reserved for another address`,
			`f.yaml:14: services.api.names: is missing`,
		}},
	}
	for _, c := range cases {
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

func TestMarkupStaysText(t *testing.T) {
	catalog, err := Parse("f.yaml", []byte(strings.Replace(small, "{en: Mail}", "{en: <b>Mail</b>}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if mail, _ := catalog.Service("mail"); mail.Name != "<b>Mail</b>" {
		t.Errorf("the name became %q", mail.Name)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add(readBuiltin(f, "payments"))
	f.Add([]byte("services: {a: &x {b: *x}}"))
	f.Add([]byte("? [a, b]\n: c\n<<: *d"))
	f.Add([]byte("services:\n  \"a\\nb\": !!binary AA=="))
	f.Fuzz(func(t *testing.T, data []byte) {
		catalog, err := Parse("f.yaml", data)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "f.yaml:") {
					t.Fatalf("an error without its place: %q", line)
				}
			}
			return
		}
		for _, service := range catalog.Services() {
			if addressFault(service.Slug) != "" || nameFault(service.Name) != "" {
				t.Fatalf("taken: %+v", service)
			}
			if found := catalog.Search(service.Name, ""); service.Name == service.Slug && len(found.Services) == 0 {
				t.Fatalf("%q does not find itself", service.Name)
			}
		}
	})
}
