package detect_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/duration"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The scripts in testdata describe behaviour step by step. A line is one of
//
//	start TIME                       the first minute
//	seed N                           of the noise
//	warmup DURATION                  history that never alerts
//	ordinary SERVICE COUNTRY RATE [flat|weekdays]
//	                                 reports a minute from now on, over a day with a night;
//	                                 with weekdays, less than half of them at the weekend
//	for DURATION                     let time pass
//	for DURATION add SERVICE COUNTRY RATE [in|cell REGION [and REGION]]
//	                                 with so many more reports a minute
//	for DURATION times SERVICE COUNTRY FACTOR [and COUNTRY]
//	for DURATION silence [SERVICE]   with no counts at all
//	expect nothing                   opened or resolved since the last expectation
//	expect STATE SERVICE COUNTRY [SCOPE [REGION]] [within DURATION]
//	                                 the next change; within counts from the start of the last "for"
//	expect same | another            the id of the last expected change is that of the one before, or not
//
// and # begins a comment. Durations are 10m, 3h, 14d.
func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.scenario")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	geography := celltest.Geography(t)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".scenario"), func(t *testing.T) {
			file, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			s := newScript(t, geography)
			lines := bufio.NewScanner(file)
			for number := 1; lines.Scan(); number++ {
				text, _, _ := strings.Cut(lines.Text(), "#")
				words := strings.Fields(text)
				if len(words) == 0 {
					continue
				}
				if err := s.line(words); err != nil {
					t.Fatalf("%s:%d: %s: %v", path, number, strings.Join(words, " "), err)
				}
			}
		})
	}
}

// script is the state of a running script.
type script struct {
	t         *testing.T
	geography *cell.Geography
	config    engine.Config
	start     outage.Minute
	now       outage.Minute
	from      outage.Minute // start of the last "for"
	playing   *engine.Engine
	crowd     *crowd
	changes   []outage.Incident // not yet expected
	last      [2]outage.Incident
	known     map[string]outage.State // as last expected, by id
}

func newScript(t *testing.T, geography *cell.Geography) *script {
	return &script{t: t, geography: geography, config: engine.DefaultConfig(geography), crowd: newCrowd(geography, 1), known: map[string]outage.State{}}
}

func (s *script) line(words []string) error {
	switch words[0] {
	case "start":
		at, err := time.Parse(time.RFC3339, words[1])
		s.start = outage.MinuteOf(at)
		s.now = s.start
		s.config.AlertFrom = s.start
		return err
	case "seed":
		seed, err := strconv.ParseUint(words[1], 10, 64)
		s.crowd = newCrowd(s.geography, seed)
		return err
	case "warmup":
		length, err := minutes(words[1])
		s.config.AlertFrom = s.start + length
		return err
	case "ordinary":
		return s.ordinary(words[1:])
	case "for":
		return s.pass(words[1:])
	case "expect":
		return s.expect(words[1:])
	}
	return fmt.Errorf("no such word")
}

func minutes(text string) (outage.Minute, error) {
	length, ok := duration.Parse(text)
	if !ok {
		return 0, fmt.Errorf("%q is not a duration such as 10m", text)
	}
	return outage.Minute(length / time.Minute), nil
}

func (s *script) ordinary(words []string) error {
	rate, err := strconv.ParseFloat(words[2], 64)
	shape := ""
	if len(words) > 3 {
		shape = words[3]
	}
	s.crowd.ordinary(words[0], outage.Country(words[1]), rate, shape)
	return err
}

// pass lets time pass, with something special going on.
func (s *script) pass(words []string) error {
	length, err := minutes(words[0])
	if err != nil {
		return err
	}
	special, err := s.special(words[1:])
	if err != nil {
		return err
	}
	if s.playing == nil {
		s.playing = engine.New(s.config)
	}
	s.from = s.now
	for ; s.now < s.from+length; s.now++ {
		changes, err := s.playing.Tick(s.now, s.crowd.minute(s.now, special))
		if err != nil {
			return err
		}
		s.changes = append(s.changes, changes...)
	}
	return nil
}

func (s *script) special(words []string) (special, error) {
	if len(words) == 0 {
		return special{}, nil
	}
	sp := special{kind: words[0]}
	if sp.kind == "silence" {
		if len(words) > 1 {
			sp.service = words[1]
		}
		return sp, nil
	}
	if len(words) < 4 {
		return sp, fmt.Errorf("%s needs a service, a country and a number", sp.kind)
	}
	sp.service, sp.countries = words[1], []outage.Country{outage.Country(words[2])}
	var err error
	if sp.amount, err = strconv.ParseFloat(words[3], 64); err != nil || len(words) < 6 {
		return sp, err
	}
	if words[4] == "and" {
		sp.countries = append(sp.countries, outage.Country(words[5]))
		return sp, nil
	}
	for i := 5; i < len(words); i += 2 {
		cells := s.crowd.cellsIn(outage.Region(words[i]))
		if words[4] == "cell" {
			cells = cells[:1]
		}
		sp.cells = append(sp.cells, cells...)
	}
	return sp, nil
}

func (s *script) expect(words []string) error {
	switch words[0] {
	case "nothing":
		for _, got := range s.changes {
			if !s.passing(got) {
				return fmt.Errorf("got %s", told(got))
			}
		}
		s.changes = nil
		return nil
	case "another":
		if s.last[0].ID == s.last[1].ID {
			return fmt.Errorf("got %s again", s.last[1].ID)
		}
		return nil
	case "same":
		if s.last[0].ID != s.last[1].ID || !s.last[0].OpenedAt.Equal(s.last[1].OpenedAt) {
			return fmt.Errorf("got %s after %s", s.last[1].ID, s.last[0].ID)
		}
		return nil
	}
	return s.expectChange(words)
}

// expectChange takes the next change that opens or resolves.
func (s *script) expectChange(words []string) error {
	for len(s.changes) > 0 {
		got := s.changes[0]
		s.changes = s.changes[1:]
		if s.passing(got) {
			continue
		}
		s.last[0], s.last[1] = s.last[1], got
		s.known[got.ID] = got.State
		return s.compare(got, words)
	}
	return fmt.Errorf("got nothing")
}

// passing is a change that neither opens nor resolves: a final footprint, a
// recovery, and a relapse from it.
func (s *script) passing(got outage.Incident) bool {
	return got.State == outage.StateRecovering || s.known[got.ID] == got.State
}

func (s *script) compare(got outage.Incident, words []string) error {
	limit := outage.Minute(-1)
	if at := len(words) - 2; at > 0 && words[at] == "within" {
		var err error
		if limit, err = minutes(words[at+1]); err != nil {
			return err
		}
		words = words[:at]
	}
	if string(got.State) != words[0] || got.Service != words[1] || string(got.Country) != words[2] {
		return fmt.Errorf("got %s", told(got))
	}
	if len(words) > 3 && string(got.Footprint.Scope) != words[3] {
		return fmt.Errorf("got %s", told(got))
	}
	if len(words) > 4 && (len(got.Footprint.Regions) == 0 || string(got.Footprint.Regions[0]) != words[4]) {
		return fmt.Errorf("got %s", told(got))
	}
	decided := got.OpenedAt
	if got.State == outage.StateResolved {
		decided = got.ClosedAt
	}
	if took := outage.MinuteOf(decided) - s.from; limit >= 0 && took > limit {
		return fmt.Errorf("took %d minutes: %s", took, told(got))
	}
	return nil
}

func told(in outage.Incident) string {
	return fmt.Sprintf("%s %s, %s %v, %d observed where %.2f were expected, threshold %.1f, peak %.1f, closed %s",
		in.ID, in.State, in.Footprint.Scope, in.Footprint.Regions, in.Observed, in.Expected, in.Threshold, in.Peak, in.ClosedAt.Format(time.RFC3339))
}
