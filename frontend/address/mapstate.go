package address

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// MapState is what the large map shows: a service, countries and a time. It is
// the query of the address of the map.
type MapState struct {
	Lang    string
	Service string         // "" for all together
	Country outage.Country // "" for both
	// Span is the range of the time slider, in 15-minute buckets. At is the first
	// minute of the last bucket that is shown.
	Span outage.Span
	At   outage.Minute
	// Each is the number of minutes that are shown at once.
	Each int
	Show string
	// Length is the length of a span that ends now, "" for a fixed span.
	Length string
	// Level is LevelDistrict for a table of districts, "" for the map. Find is the text
	// that its rows are searched for.
	Level, Find string
}

// LevelDistrict asks for a table of districts.
const LevelDistrict = "district"

// longestFind is the maximum length of the text that rows are searched for, in bytes.
const longestFind = 100

// Defaults of a map state.
const (
	DefaultLength = "24h"
	DefaultEach   = 60
)

// lengths are the lengths of the span that the form offers, Eaches the numbers of
// minutes that may be shown at once.
var (
	Lengths = []string{"6h", DefaultLength, "72h", "168h"}
	Eaches  = []int{outage.Quarter, DefaultEach}
)

// LongestSpan is the longest span, in minutes: a week of 15-minute buckets.
const LongestSpan = 7 * 24 * 60

// CurrentMap is the default state for a service in a country, for links to it.
func CurrentMap(lang, service string, country outage.Country) MapState {
	return MapState{Lang: lang, Service: service, Country: country, Each: DefaultEach, Length: DefaultLength, At: -outage.Quarter}
}

// parameter gives the value of a parameter, "" where it is absent.
type parameter func(name string) string

// ParseMapState reads the query of the map. The error names the parameter.
func ParseMapState(services Services, lang string, of parameter, now time.Time) (MapState, error) {
	result := MapState{Lang: lang, Each: DefaultEach}
	if slug := of("service"); slug != "" {
		service, ok := services.Service(slug)
		if !ok {
			return result, outage.Unknown("service", "There is no such service.")
		}
		result.Service = service.Slug
	}
	if text := of("country"); text != "" {
		country, ok := ParseCountry(text)
		if !ok {
			return result, outage.Unknown("country", "It must be GB or IN.")
		}
		result.Country = country
	}
	if len(result.Countries(services)) == 0 {
		return result, outage.Unknown("country", "The service is not used there.")
	}
	switch show := of("show"); show {
	case "", "unusual":
	case ShowReports:
		result.Show = show
	default:
		return result, outage.Invalid("show", "It must be unusual or reports.")
	}
	switch level := of("level"); level {
	case "", LevelDistrict:
		result.Level = level
	default:
		return result, outage.Invalid("level", "It must be district.")
	}
	if result.Level != "" {
		if result.Find = strings.TrimSpace(of("find")); len(result.Find) > longestFind {
			return result, outage.Invalid("find", "It is too long.")
		}
	}
	return result, result.when(of, now)
}

// when reads the parameters that are about time.
func (m *MapState) when(of parameter, now time.Time) error {
	end := (outage.MinuteOf(now) + 1).Ceil(outage.Quarter)
	if text := of("at"); text != "" && !oldView.MatchString(text) {
		if err := m.around(text, end); err != nil {
			return err
		}
		return m.each(of)
	}
	m.Span.To = end
	if err := instantOf(of, "to", func(at outage.Minute) { m.Span.To = min(end, at.Ceil(outage.Quarter)) }); err != nil {
		return err
	}
	from := of("from")
	if length, err := time.ParseDuration(from); err == nil || from == "" {
		if from == "" {
			from, length = DefaultLength, 24*time.Hour
		}
		if of("to") == "" {
			m.Length = from
		}
		m.Span.From = (m.Span.To - outage.Minute(length/time.Minute)).Floor(outage.Quarter)
	} else if err := instantOf(of, "from", func(at outage.Minute) { m.Span.From = at.Floor(outage.Quarter) }); err != nil {
		return err
	}
	switch {
	case m.Span.From >= m.Span.To:
		return outage.Invalid("from", "The time must start before it ends, and not in the future.")
	case m.Span.To-m.Span.From > LongestSpan:
		return outage.Invalid("from", "The time must not be longer than seven days.")
	}
	m.At = m.Span.To - outage.Quarter
	if err := instantOf(of, "t", func(at outage.Minute) { m.At = at.Floor(outage.Quarter) }); err != nil {
		return err
	}
	if !m.Span.Contains(m.At) {
		return outage.Invalid("t", "It must lie between from and to.")
	}
	return m.each(of)
}

// each reads how much is shown at once.
func (m *MapState) each(of parameter) error {
	if each := of("each"); each != "" {
		length, err := time.ParseDuration(each)
		if m.Each = int(length / time.Minute); err != nil || !slices.Contains(Eaches, m.Each) {
			return outage.Invalid("each", "It must be 15m or 1h.")
		}
	}
	return nil
}

// LocalTime is the form of a field for a day and a time, without a zone: here by UTC.
const LocalTime = "2006-01-02T15:04"

// nearby is how much of the past and the future of a time the slider reaches.
const nearby = 3 * 60

// oldView is what "at" held before it was a time: the view of a country.
var oldView = regexp.MustCompile(`^[A-Z]{2}:`)

// around chooses a day, or the hours around a time, of any part of the past.
func (m *MapState) around(text string, end outage.Minute) error {
	wrong := outage.Invalid("at", "It must be a day such as 2025-02-28, or a time such as 2025-02-28T21:30Z, and not in the future.")
	text = strings.TrimSuffix(strings.ReplaceAll(text, " ", "+"), "Z")
	whole := false
	at, err := time.Parse(LocalTime+":05Z07:00", text)
	for _, form := range []string{LocalTime + ":05", LocalTime, time.DateOnly} {
		if err != nil {
			at, err = time.Parse(form, text)
			whole = form == time.DateOnly
		}
	}
	if year := at.UTC().Year(); err != nil || year < firstYear || year > lastYear {
		return wrong
	}
	minute := outage.MinuteOf(at).Floor(outage.Quarter)
	m.Span = outage.Span{From: minute - nearby, To: min(end, minute+nearby)}
	m.At = minute
	if whole {
		m.Span = outage.Span{From: minute, To: min(end, minute+24*60)}
		m.At = m.Span.To - outage.Quarter
	}
	if minute >= end {
		return wrong
	}
	return nil
}

// Years outside this range are refused as mistakes.
const firstYear, lastYear = 1970, 9998

func instantOf(of parameter, name string, set func(outage.Minute)) error {
	text := of(name)
	if text == "" {
		return nil
	}
	// A plus sign that was not escaped arrives as a space.
	at, err := time.Parse(time.RFC3339, strings.ReplaceAll(text, " ", "+"))
	if year := at.UTC().Year(); err != nil || year < firstYear || year > lastYear {
		return outage.Invalid(name, "It must be a time such as 2026-11-22T20:30:00Z.")
	}
	set(outage.MinuteOf(at))
	return nil
}

// Countries lists the countries that the map shows.
func (m MapState) Countries(services Services) []outage.Country {
	service, _ := services.Service(m.Service)
	return Address{Country: m.Country}.Countries(service)
}

// Shown is the span of time that is shown.
func (m MapState) Shown() outage.Span {
	end := m.At + outage.Quarter
	return outage.Span{From: end - outage.Minute(m.Each), To: end}
}

// Path is the address of the map in this state, without defaults.
func (m MapState) Path() string {
	path := Address{Lang: m.Lang, Leaf: LeafMap}.Path()
	if query := m.Query().Encode(); query != "" {
		return path + "?" + query
	}
	return path
}

func (m MapState) Query() url.Values {
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("service", m.Service)
	set("country", string(m.Country))
	set("show", m.Show)
	set("level", m.Level)
	set("find", m.Find)
	switch m.Length {
	case DefaultLength:
	case "":
		set("from", FormatMinute(m.Span.From))
		set("to", FormatMinute(m.Span.To))
	default:
		set("from", m.Length)
	}
	if m.At != m.Span.To-outage.Quarter {
		set("t", FormatMinute(m.At))
	}
	if m.Each != DefaultEach {
		set("each", strconv.Itoa(m.Each)+"m")
	}
	return query
}

// FormatMinute writes a minute as RFC 3339 does.
func FormatMinute(m outage.Minute) string { return m.Time().Format(time.RFC3339) }

// Over reports whether the span that is shown is in the past, so that its counts
// no longer grow.
func (m MapState) Over(now time.Time) bool { return m.At+outage.Quarter <= outage.MinuteOf(now) }

// The With functions return the state with one part replaced.
func (m MapState) WithLang(lang string) MapState               { m.Lang = lang; return m }
func (m MapState) WithShow(show string) MapState               { m.Show = show; return m }
func (m MapState) WithFind(text string) MapState               { m.Find = text; return m }
func (m MapState) WithCountry(country outage.Country) MapState { m.Country = country; return m }

// WithLevel also forgets what rows were searched for.
func (m MapState) WithLevel(level string) MapState  { m.Level, m.Find = level, ""; return m }
func (m MapState) WithAt(at outage.Minute) MapState { m.At = at; return m }
