// Package narrative tells the arithmetic of an incident as a sentence that can
// be quoted: when, how many, where, and against what, in each language of the
// pages, with the numbers and the clock of the country it is about.
//
// It owns the templates of these sentences, so that the API and the pages say
// the same. It promises that a sentence holds nothing but what the incident
// holds. It refuses to format anything else, and to know names: it is given
// those of services and regions.
package narrative

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed locales/*.json
var files embed.FS

// Services names services.
type Services interface {
	Service(slug string) (outage.Service, bool)
}

// Regions names regions.
type Regions interface {
	RegionName(region outage.Region, lang string) string
}

// Languages are those that sentences come in.
func Languages() []string { return []string{"en", "hi", "bn", "cy"} }

// catalogues are the templates, by language and key.
var catalogues = mustRead()

func mustRead() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, lang := range Languages() {
		text, err := files.ReadFile("locales/" + lang + ".json")
		words := map[string]string{}
		if err == nil {
			err = json.Unmarshal(text, &words)
		}
		if err != nil {
			panic(fmt.Errorf("reading the sentences in %s: %w", lang, err)) // a slip in this package
		}
		all[lang] = words
	}
	return all
}

// numerals are the digits, by language.
var numerals = func() map[string][]rune {
	all := map[string][]rune{}
	for _, lang := range Languages() {
		printer := message.NewPrinter(language.Make(lang))
		for digit := range 10 {
			all[lang] = append(all[lang], []rune(printer.Sprint(number.Decimal(digit)))[0])
		}
	}
	return all
}()

// Teller makes sentences. It is safe for concurrent use.
type Teller struct {
	services Services
	regions  Regions
}

// New makes a teller that knows names.
func New(services Services, regions Regions) *Teller { return &Teller{services, regions} }

// All is the sentence in every language.
func (t *Teller) All(in outage.Incident) map[string]string {
	all := map[string]string{}
	for _, lang := range Languages() {
		all[lang] = t.Sentence(lang, in)
	}
	return all
}

// Sentence is the arithmetic of an incident, and a second sentence where the
// service is probably not at fault. A language that is not there is English.
func (t *Teller) Sentence(lang string, in outage.Incident) string {
	v := t.voice(lang, in.Country)
	key := "sentence"
	if v.isOne(in.Observed) {
		key = "sentence.one"
	}
	text := v.say(key, "when", v.when(in), "n", v.integer(in.Observed), "service", v.service(in.Service), "where", v.where(in),
		"expected", v.amount(in.Expected), "threshold", v.amount(in.Threshold))
	if in.Blamed() != "" {
		text += " " + v.say("cause", "service", v.service(in.Service), "cause", v.service(in.Cause))
	}
	return text
}

// voice is a language with the numbers of a country.
type voice struct {
	*Teller
	lang    string
	words   map[string]string
	tag     language.Tag
	printer *message.Printer
}

// voice groups digits as the country does: in lakhs in India, also in English.
func (t *Teller) voice(lang string, country outage.Country) *voice {
	if catalogues[lang] == nil {
		lang = "en"
	}
	tag := language.Make(lang)
	if lang == "en" {
		tag = language.Make("en-" + string(country))
	}
	return &voice{t, lang, catalogues[lang], tag, message.NewPrinter(tag)}
}

// say fills a template in. The pairs are placeholders and what they stand for;
// what stands in a value is never taken for a placeholder.
func (v *voice) say(key string, pairs ...string) string {
	var text strings.Builder
	for rest := v.words[key]; ; {
		plain, tail, found := strings.Cut(rest, "{")
		text.WriteString(plain)
		if !found {
			return text.String()
		}
		name, after, _ := strings.Cut(tail, "}")
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				text.WriteString(pairs[i+1])
			}
		}
		rest = after
	}
}

// isOne says whether the language speaks of so many as of one.
func (v *voice) isOne(n int64) bool {
	const enough = 1_000_000 // the rules look at no more digits than these
	return plural.Cardinal.MatchPlural(v.tag, int(min(max(n, 0), enough+n%enough)), 0, 0, 0, 0) == plural.One
}

func (v *voice) integer(n int64) string { return v.printer.Sprint(number.Decimal(n)) }

// amount writes a mean: whole from ten up, one decimal below.
func (v *voice) amount(x float64) string {
	places := 1
	if math.IsNaN(x) || math.IsInf(x, 0) {
		x = 0 // means always are numbers, and no word fits this fault
	}
	if x >= 10 {
		places = 0
	}
	return v.printer.Sprint(number.Decimal(x, number.MaxFractionDigits(places)))
}

func (v *voice) service(slug string) string {
	service, _ := v.services.Service(slug)
	return cmp.Or(service.Names[v.lang], service.Name, slug)
}

// where names the country and, for less than all of it, its first regions.
func (v *voice) where(in outage.Incident) string {
	country, regions := v.words["in."+string(in.Country)], in.Footprint.Regions
	if in.Footprint.Scope == outage.ScopeCountry || len(regions) == 0 {
		return country
	}
	const most = 3
	var names []string
	for _, region := range regions[:min(len(regions), most)] {
		names = append(names, v.regions.RegionName(region, v.lang))
	}
	list := strings.Join(names, ", ")
	if more := len(regions) - len(names); more > 0 {
		list = v.say("regions", "regions", list, "n", v.integer(int64(more)))
	}
	if in.Footprint.Scope == outage.ScopeCell {
		list = v.say("part", "regions", list)
	}
	return v.say("where", "in", country, "regions", list)
}

// when tells the run that opened an incident in local time and in UTC, each
// with its dates where one date does not serve for all.
func (v *voice) when(in outage.Incident) string {
	since, zone := in.Since.Time(), in.Country.Zone()
	utc := v.clock(since) + "–" + v.clock(in.OpenedAt.UTC())
	day, start := v.date(in.OpenedAt.In(zone)), v.date(since.In(zone))
	if of := v.date(since); of != day {
		utc = v.say("dated", "date", of, "time", utc)
	}
	key := "when"
	if start != day {
		key = "when.over"
	}
	return v.say(key, "since", start, "date", day, "from", v.clock(since.In(zone)), "to", v.clock(in.OpenedAt.In(zone)),
		"zone", v.words["zone."+string(in.Country)], "utc", utc)
}

func (v *voice) date(at time.Time) string {
	return v.say("date", "day", v.digits(strconv.Itoa(at.Day())), "month", v.words["month."+strconv.Itoa(int(at.Month()))],
		"year", v.digits(strconv.Itoa(at.Year())))
}

func (v *voice) clock(at time.Time) string { return v.digits(at.Format("15:04")) }

// digits writes text in the digits of the language.
func (v *voice) digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return r
		}
		return numerals[v.lang][r-'0']
	}, text)
}
