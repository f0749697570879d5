package privacy

import (
	"fmt"
	"time"
)

// Check is one run over all sources.
type Check struct {
	*Scanner
	Report Report
	now    time.Time
	keys   map[string]time.Time // ends of the stored keys that were seen, by name
	kept   map[string]*kept     // what Redis keeps of senders, by class
}

// NewCheck has found nothing yet. now is the instant by which keys have ended.
func NewCheck(scanner *Scanner, now time.Time) *Check {
	return &Check{
		Scanner: scanner, now: now, keys: map[string]time.Time{}, kept: map[string]*kept{},
		Report: Report{Clean: true, Findings: []Finding{}, Totals: map[Kind]int64{}, Facts: []Fact{}, Unread: []string{}},
	}
}

// Now is the instant that the check goes by.
func (c *Check) Now() time.Time { return c.now }

// Find adds a finding.
func (c *Check) Find(f Finding) { c.Report.add(f) }

// Fact adds what a thief could read.
func (c *Check) Fact(f Fact) { c.Report.Facts = append(c.Report.Facts, f) }

// Unread adds a line about something that was not read.
func (c *Check) Unread(format string, arguments ...any) {
	c.Report.Unread = append(c.Report.Unread, fmt.Sprintf(format, arguments...))
}

// matches takes the matches of a place.
func (c *Check) matches(source Source, place string) func(Match) {
	return func(m Match) {
		if m.Kind == StoredKey {
			c.key(source, place, m)
			return
		}
		c.Find(Finding{m.Kind, source, c.Mask(place), m.Offset, m.Excerpt})
	}
}

// key notes a stored key, which is a finding once it should have been destroyed.
func (c *Check) key(source Source, place string, m Match) {
	c.keys[m.Excerpt] = m.Ends
	if !m.Ends.IsZero() && c.now.After(m.Ends.Add(sweepGrace)) {
		text := m.Excerpt + ", ended " + minute(m.Ends)
		c.Find(Finding{EndedKey, source, c.Mask(place), m.Offset, text})
	}
}

// minute is an instant as reports show it.
func minute(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 MST") }

// Value searches one text of the archive or of another store.
func (c *Check) Value(source Source, place string, text []byte) {
	c.ScanBytes(text, Text, func(m Match) {
		m.Offset = -1
		c.matches(source, place)(m)
	})
}

// Finish adds the facts that need all sources, and gives the report.
func (c *Check) Finish() *Report {
	if !c.SearchedAllBytes() {
		c.Unread("four-byte forms of probes beyond the first %d MiB: chance would find them", mostUnlikely>>20)
	}
	facts := append(c.keyFacts(), c.redisFacts()...)
	c.Report.Facts = append(facts, c.Report.Facts...)
	return &c.Report
}
