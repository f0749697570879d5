// Package locale holds the languages of Downpour: one list of them, one
// catalogue of texts for each, and a localizer that fills a text in with the
// numbers, the calendar and the clock of a country.
//
// It owns the catalogues in locales/, for the pages and for the API. It
// guarantees that a language has every text of English, with every plural form
// of its own, and that a value is never read as a template. It does not know
// services, symptoms or regions: it is given them.
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed locales/*.json
var files embed.FS

// Default is the language of an address that names none, and the one that stands
// in for a language that is not there.
const Default = "en"

// Languages lists the languages in the order in which they are offered.
func Languages() []string { return []string{"en", "hi", "bn", "cy"} }

// Has reports whether there is a language.
func Has(lang string) bool { return catalogues()[lang] != nil }

// Known is lang where there is such a language, else the default.
func Known(lang string) string {
	if !Has(lang) {
		return Default
	}
	return lang
}

// Name is what a language calls itself.
func Name(lang string) string { return catalogues()[Known(lang)].File.Name }

// catalogue is the file of one language.
type catalogue struct {
	File struct {
		Language string `json:"language"`
		Name     string `json:"name"`
		Review   string `json:"review"` // whether a native speaker read it
	} `json:"file"`
	Messages map[string]phrase `json:"messages"`
	tag      language.Tag
	digits   [10]string
}

// catalogues are those of all languages. They are part of the program, so that
// one that cannot be read is a fault of the program.
var catalogues = sync.OnceValue(func() map[string]*catalogue {
	all := map[string]*catalogue{}
	for _, lang := range Languages() {
		read, err := readCatalogue(lang)
		if err != nil {
			panic(fmt.Errorf("reading the catalogue of %s: %w", lang, err))
		}
		all[lang] = read
	}
	return all
})

func readCatalogue(lang string) (*catalogue, error) {
	data, err := files.ReadFile(path.Join("locales", lang+".json"))
	if err != nil {
		return nil, err
	}
	read := &catalogue{tag: language.Make(lang)}
	if err := json.Unmarshal(data, read); err != nil {
		return nil, err
	}
	printer := message.NewPrinter(read.tag)
	for i := range read.digits {
		read.digits[i] = printer.Sprint(number.Decimal(i))
	}
	return read, nil
}

// phrase is one entry of a catalogue: a plain text under plural.Other, or one
// text for each plural form of the language.
type phrase map[plural.Form]string

var formNames = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// UnmarshalJSON reads a string, or an object from plural form to string.
func (p *phrase) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*p = phrase{plural.Other: text}
		return nil
	}
	var forms map[string]string
	if err := json.Unmarshal(data, &forms); err != nil {
		return err
	}
	*p = phrase{}
	for name, text := range forms {
		form, ok := formNames[name]
		if !ok {
			return fmt.Errorf("%q is no plural form", name)
		}
		(*p)[form] = text
	}
	return nil
}

// form is the plural form for a number. The rules look at the last six digits
// and at whether there are more; they know no negative numbers, which a step of
// a series can be when more was taken back in it than reported.
func (c *catalogue) form(n int64) plural.Form {
	const enough = 1_000_000
	if n < 0 {
		n = -(n % enough)
	}
	if n >= enough {
		n = enough + n%enough
	}
	return plural.Cardinal.MatchPlural(c.tag, int(n), 0, 0, 0, 0)
}
