package locale

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Localizer translates into one language, with the numbers of one country. It is
// for one goroutine at a time.
type Localizer struct {
	texts   *catalogue
	lang    string
	printer *message.Printer
}

// New is a localizer for a language, or for the default where it is not there.
// Number forms follow language and country: English in India groups digits in
// lakhs, and Bengali has digits of its own. The country may be empty.
func New(lang string, country outage.Country) *Localizer {
	lang = Known(lang)
	tag := language.Make(Numbers(lang, country))
	return &Localizer{texts: catalogues()[lang], lang: lang, printer: message.NewPrinter(tag)}
}

// Numbers is the tag of the language and country that number forms follow.
func Numbers(lang string, country outage.Country) string {
	switch {
	case lang != Default:
		return lang
	case country.Covered():
		return lang + "-" + string(country)
	}
	return language.BritishEnglish.String()
}

// Lang is the language.
func (l *Localizer) Lang() string { return l.lang }

// T is the text of a key. The pairs are placeholder names and values; a pair
// named "n" that holds an int64 picks the plural form. A key that is missing
// shows as itself; the tests keep that from happening.
func (l *Localizer) T(key string, pairs ...any) string {
	entry, ok := l.texts.Messages[key]
	if !ok {
		return key
	}
	text, old := entry[plural.Other], make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i].(string), pairs[i+1]
		if n, counts := value.(int64); counts {
			if exact, ok := entry[l.texts.form(n)]; ok && name == "n" {
				text = exact
			}
			value = l.Int(n)
		}
		old = append(old, "{"+name+"}", fmt.Sprint(value))
	}
	return strings.NewReplacer(old...).Replace(text)
}

// Has reports whether the catalogue has a key.
func (l *Localizer) Has(key string) bool { _, ok := l.texts.Messages[key]; return ok }

// Int writes a whole number.
func (l *Localizer) Int(n int64) string { return l.printer.Sprint(number.Decimal(n)) }

// Amount writes a mean: whole from ten up, one decimal below. What is not a
// number is written as none.
func (l *Localizer) Amount(x float64) string {
	places := 1
	if math.IsNaN(x) || math.IsInf(x, 0) {
		x = 0
	}
	if x >= 10 {
		places = 0
	}
	return l.printer.Sprint(number.Decimal(x, number.MaxFractionDigits(places)))
}

// Percent writes a share from 0 to 1.
func (l *Localizer) Percent(share float64) string {
	return l.printer.Sprint(number.Percent(share, number.MaxFractionDigits(0)))
}

// Digits writes the ASCII digits of a text in those of the language.
func (l *Localizer) Digits(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= '0' && r <= '9' {
			b.WriteString(l.texts.digits[r-'0'])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// InCountry names a country as part of a sentence: "in India".
func (l *Localizer) InCountry(country outage.Country) string { return country.Names(l.lang).In }

// CountryName is a country by itself: "India".
func (l *Localizer) CountryName(country outage.Country) string {
	return country.Names(l.lang).Name
}

// Zone names the clock of a country: "India time".
func (l *Localizer) Zone(country outage.Country) string { return country.Names(l.lang).Clock }

// ServiceName is the service's name in the language.
func (l *Localizer) ServiceName(service outage.Service) string {
	return l.NameIn(service.Names, service.Name)
}

// SymptomName is the symptom's name in the language, else in the default one.
func (l *Localizer) SymptomName(symptom outage.Symptom) string {
	return l.NameIn(symptom.Names, cmp.Or(symptom.Names[Default], symptom.Slug))
}

// NameIn is the name in the language among names by language.
func (l *Localizer) NameIn(names map[string]string, otherwise string) string {
	return cmp.Or(names[l.lang], otherwise)
}

// LangOf is the language of a name that has none in that of the localizer, ""
// where it has one: it marks the name on a page.
func (l *Localizer) LangOf(names map[string]string) string {
	if l.lang == Default || names[l.lang] != "" {
		return ""
	}
	return Default
}
