package frontend

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed locales/*.json
var localeFiles embed.FS

// defaultLang is the language of an address that names none, and the one in
// which a text is shown when another lacks it.
const defaultLang = "en"

// languages lists the languages of the pages in the order of the switch.
func languages() []string { return []string{"en", "hi", "bn", "cy"} }

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

// locale is one language: its catalogue and its numbers.
type locale struct {
	File struct {
		Language string `json:"language"`
		Name     string `json:"name"`
		Review   string `json:"review"`
	} `json:"file"`
	Messages map[string]phrase `json:"messages"`
	tag      language.Tag
}

type locales map[string]*locale

func loadLocales() (locales, error) {
	all := locales{}
	for _, lang := range languages() {
		data, err := localeFiles.ReadFile(path.Join("locales", lang+".json"))
		if err != nil {
			return nil, err
		}
		read := &locale{}
		if err := json.Unmarshal(data, read); err != nil {
			return nil, fmt.Errorf("reading %s.json: %w", lang, err)
		}
		read.tag = language.Make(lang)
		all[lang] = read
	}
	return all, nil
}

// known is lang where there is such a language, else the default.
func (l locales) known(lang string) string {
	if l[lang] == nil {
		return defaultLang
	}
	return lang
}

// speaker says things in one language, with the numbers and the clock of one
// country.
type speaker struct {
	*locale
	lang    string
	country outage.Country
	printer *message.Printer
	digits  [10]string
}

// speaker picks number forms by language and country: lakh grouping follows
// English in India, and Bengali has digits of its own.
func (l locales) speaker(lang string, country outage.Country) *speaker {
	tag := language.Make(lang)
	if lang == defaultLang {
		tag = language.BritishEnglish
		if country == outage.IN {
			tag = language.Make("en-IN")
		}
	}
	s := &speaker{locale: l[lang], lang: lang, country: country, printer: message.NewPrinter(tag)}
	for i := range s.digits {
		s.digits[i] = s.printer.Sprint(number.Decimal(i))
	}
	return s
}

// say is the text of a key. The pairs are placeholder names and values; a pair
// named "n" that holds an integer picks the plural form. A key that is missing
// shows as itself, so that it is seen; the tests keep that from happening.
func (s *speaker) say(key string, pairs ...any) string {
	entry, ok := s.Messages[key]
	if !ok {
		return key
	}
	text, old := entry[plural.Other], make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i].(string), pairs[i+1]
		if n, counts := value.(int64); counts {
			if exact, ok := entry[s.form(n)]; ok && name == "n" {
				text = exact
			}
			value = s.integer(n)
		}
		old = append(old, "{"+name+"}", fmt.Sprint(value))
	}
	return strings.NewReplacer(old...).Replace(text)
}

// has reports whether the catalogue has a key.
func (s *speaker) has(key string) bool { _, ok := s.Messages[key]; return ok }

// form is the plural form for a number. The rules look at the last six digits
// and at whether there are more; they know no negative numbers, which a step of
// a series can be when more was taken back in it than reported.
func (l *locale) form(n int64) plural.Form {
	const enough = 1_000_000
	if n < 0 {
		n = -(n % enough)
	}
	if n >= enough {
		n = enough + n%enough
	}
	return plural.Cardinal.MatchPlural(l.tag, int(n), 0, 0, 0, 0)
}

func (s *speaker) integer(n int64) string { return s.printer.Sprint(number.Decimal(n)) }

// amount writes a mean: whole from ten up, one decimal below.
func (s *speaker) amount(x float64) string {
	places := 1
	if x >= 10 {
		places = 0
	}
	return s.printer.Sprint(number.Decimal(x, number.MaxFractionDigits(places)))
}

func (s *speaker) percent(share float64) string {
	return s.printer.Sprint(number.Percent(share, number.MaxFractionDigits(0)))
}

// clock is the time of day, 24 hours, in the digits of the language.
func (s *speaker) clock(at time.Time, zone outage.Country) string {
	return s.localDigits(at.In(zone.Zone()).Format("15:04"))
}

func (s *speaker) localDigits(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= '0' && r <= '9' {
			b.WriteString(s.digits[r-'0'])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// in names a country as part of a sentence: "in India".
func (s *speaker) in(country outage.Country) string { return s.say("in." + string(country)) }

// serviceName is the service's name in the language.
func (s *speaker) serviceName(service outage.Service) string {
	return named(service.Names, s.lang, service.Name)
}

func (s *speaker) symptomName(symptom outage.Symptom) string {
	return named(symptom.Names, s.lang, named(symptom.Names, defaultLang, symptom.Slug))
}

func named(names map[string]string, lang, otherwise string) string {
	if name := names[lang]; name != "" {
		return name
	}
	return otherwise
}
