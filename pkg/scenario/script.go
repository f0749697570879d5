package scenario

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed scripts/*.yaml
var scripts embed.FS

// Script is a past outage as people reported it, after weeks of ordinary days.
// It never changes after it was read.
type Script struct {
	Name    string
	Title   string
	Summary string
	// Span is all that plays, the ordinary days first, in the minutes of the day
	// it happened.
	Span outage.Span
	// Began is the minute in which reports started to climb.
	Began     outage.Minute
	Seed      uint64
	Sources   []Source
	Uncertain []string // what the sources leave open, a sentence each
	Waves     []Wave
	Notices   []Notice // of vendors, in order of time
}

// Notice is what the vendor of a service says from a minute on.
type Notice struct {
	Service string
	At      outage.Minute
	State   outage.OfficialState
	Phase   outage.OfficialPhase
	Title   string
}

// Source is where facts of a script come from.
type Source struct {
	URL  string
	Says string
	Weak bool // a low-quality or re-hosted page
}

// Wave is the reports of one service in one country beyond those of an
// ordinary day.
type Wave struct {
	Service string
	Country outage.Country
	// Basis says which of the points are known and which are assumed.
	Basis string
	// Points are counts that the curve goes through, in order of time.
	Points []Point
	// Symptoms are shares, of any sum; symptom "" is that of reports without.
	Symptoms []Share
	// Places are cities that report more or less than their population would:
	// how many times so.
	Places map[string]float64
}

// Point is a count of reports: those since the point before. The first point
// of a wave has none.
type Point struct {
	At      outage.Minute
	Reports float64
}

// Share is how often a symptom is named.
type Share struct {
	Symptom string
	Weight  float64
}

// Names lists the built-in scripts.
func Names() []string {
	entries, err := scripts.ReadDir("scripts")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	var names []string
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".yaml"))
	}
	return names
}

// Load is the built-in script of the given name. An unknown name is an
// *outage.Error that lists those there are.
func Load(name string) (*Script, error) {
	if !slices.Contains(Names(), name) {
		return nil, outage.Unknown("scenario", "there is no scenario %s; there are %s",
			shown([]byte(name)), strings.Join(Names(), ", "))
	}
	text, err := scripts.ReadFile(path.Join("scripts", name+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("reading scenario %s: %w", name, err)
	}
	return Parse(name, text)
}

// Ordinary is a script in which nothing happens, for as long as the span. Its
// seed makes it one of many.
func Ordinary(span outage.Span, seed uint64) *Script {
	return &Script{
		Name: "ordinary", Title: "Ordinary days", Summary: "Ordinary reports of every service, and no outage.",
		Span: span, Began: span.To, Seed: seed,
	}
}

// ShiftTo is the shift that moves the beginning of the outage to the given
// time, in whole minutes. See Options.Shift for what moves with it.
func (s *Script) ShiftTo(began time.Time) time.Duration {
	return time.Duration(outage.MinuteOf(began)-s.Began) * time.Minute
}

// total is the reports of all points.
func (w *Wave) total() float64 {
	sum := 0.
	for _, p := range w.Points {
		sum += p.Reports
	}
	return sum
}
