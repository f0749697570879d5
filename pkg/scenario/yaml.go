package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/open-downpour/downpour/pkg/outage"
)

// scriptFile is a script as it is written down. Times of day are UTC on Date.
type scriptFile struct {
	Title   string       `yaml:"title"`
	Summary string       `yaml:"summary"`
	Date    string       `yaml:"date"`
	Curve   string       `yaml:"curve"`
	From    time.Time    `yaml:"from"`
	To      time.Time    `yaml:"to"`
	Began   string       `yaml:"began"`
	Seed    uint64       `yaml:"seed"`
	Sources []sourceFile `yaml:"sources"`
	Unsure  []string     `yaml:"uncertain"`
	Waves   []waveFile   `yaml:"waves"`
	Notices []noticeFile `yaml:"notices"`
}

// noticeFile is what a vendor says from a time of day on.
type noticeFile struct {
	Service string               `yaml:"service"`
	At      string               `yaml:"at"`
	State   outage.OfficialState `yaml:"state"`
	Phase   outage.OfficialPhase `yaml:"phase"`
	Title   string               `yaml:"title"`
}

type sourceFile struct {
	URL  string `yaml:"url"`
	Says string `yaml:"says"`
	Weak bool   `yaml:"weak"`
}

type waveFile struct {
	Service  string             `yaml:"service"`
	Country  outage.Country     `yaml:"country"`
	Basis    string             `yaml:"basis"`
	Points   []pointFile        `yaml:"points"`
	Symptoms map[string]float64 `yaml:"symptoms"`
	Places   map[string]float64 `yaml:"places"`
}

// pointFile is a time and the reports since the point before.
type pointFile struct {
	At      string  `yaml:"at"`
	Reports float64 `yaml:"reports"`
}

// unnamed is how a file writes the symptom of reports that name none.
const unnamed = "none"

// Parse reads a script. A key that is not known, and anything that cannot be
// played, is an error.
func Parse(name string, text []byte) (*Script, error) {
	var file scriptFile
	if err := strictly(text, &file); err != nil {
		return nil, fmt.Errorf("reading scenario %s: %w", name, err)
	}
	script, err := file.script(name)
	if err == nil {
		err = script.check()
	}
	if err != nil {
		return nil, fmt.Errorf("reading scenario %s: %w", name, err)
	}
	return script, nil
}

// strictly reads a file of one document whose keys are all known.
func strictly(text []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return outage.Invalid("", "something follows the first document")
	}
	return nil
}

func (f *scriptFile) script(name string) (*Script, error) {
	if f.Curve != "synthetic" {
		return nil, outage.Invalid("curve", "must say synthetic: only single points of an outage are public")
	}
	day, err := time.Parse(time.DateOnly, f.Date)
	if err != nil {
		return nil, outage.Invalid("date", "is not of the form 2025-02-28")
	}
	s := &Script{
		Name: name, Title: strings.TrimSpace(f.Title), Summary: strings.TrimSpace(f.Summary),
		Span: outage.Span{From: outage.MinuteOf(f.From), To: outage.MinuteOf(f.To)},
		Seed: f.Seed, Uncertain: f.Unsure,
	}
	if s.Began, err = timeOfDay("began", day, f.Began); err != nil {
		return nil, err
	}
	for _, source := range f.Sources {
		s.Sources = append(s.Sources, Source(source))
	}
	for i := range f.Waves {
		wave, err := f.Waves[i].wave(day)
		if err != nil {
			return nil, fmt.Errorf("wave %d: %w", i+1, err)
		}
		s.Waves = append(s.Waves, wave)
	}
	for i, n := range f.Notices {
		at, err := timeOfDay("at", day, n.At)
		if err == nil && (!n.State.Valid() || !n.Phase.Valid() || n.Service == "" || n.Title == "" || i > 0 && at < s.Notices[i-1].At) {
			err = outage.Invalid("notices", "must have a service, a title, a state and a phase that exist, in order of time")
		}
		if err != nil {
			return nil, fmt.Errorf("notice %d: %w", i+1, err)
		}
		s.Notices = append(s.Notices, Notice{n.Service, at, n.State, n.Phase, n.Title})
	}
	return s, nil
}

func (f *waveFile) wave(day time.Time) (Wave, error) {
	w := Wave{Service: f.Service, Country: f.Country, Basis: f.Basis, Places: f.Places}
	for _, p := range f.Points {
		at, err := timeOfDay("at", day, p.At)
		if err != nil {
			return Wave{}, err
		}
		w.Points = append(w.Points, Point{At: at, Reports: p.Reports})
	}
	for symptom, weight := range f.Symptoms {
		if symptom == unnamed {
			symptom = ""
		}
		w.Symptoms = append(w.Symptoms, Share{Symptom: symptom, Weight: weight})
	}
	// A map has no order, and the same script must draw the same reports.
	slices.SortFunc(w.Symptoms, func(a, b Share) int { return strings.Compare(a.Symptom, b.Symptom) })
	return w, nil
}

func timeOfDay(field string, day time.Time, text string) (outage.Minute, error) {
	at, err := time.Parse("15:04", text)
	if err != nil {
		return 0, outage.Invalid(field, "%s is no time of day like 15:45", shown([]byte(text)))
	}
	return outage.MinuteOf(day.Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)), nil
}
