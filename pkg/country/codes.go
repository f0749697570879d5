package country

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Codes is the grammar of a country's postal codes. All expressions are matched with
// folded text: small letters and ASCII digits, without punctuation. Where a code was
// typed in two words a space stands between them, unless spaces mean nothing; otherwise
// there are none. A country without codes leaves the grammar out.
type Codes struct {
	// Kind is the kind of place on the wire: outcode, pin, eircode.
	Kind outage.PlaceKind `yaml:"kind"`
	// Like match what can only be meant as a code, perhaps a wrong one.
	Like string `yaml:"like"`
	// Forms match a whole code; their group is the part that the table has.
	Forms []string `yaml:"forms"`
	// Begun matches a code of which more than the part of the table was typed; its group
	// is that part.
	Begun string `yaml:"begun"`
	// Spaced says that spaces mean nothing, wherever they stand in a code.
	Spaced bool `yaml:"spaced"`
	// Zeros match a text in which the letter o may stand for the digit 0, within their
	// groups. They are tried on text that is no code as it stands.
	Zeros []string `yaml:"zeros"`
	// Prefix matches the start of a code that the table of prefixes has.
	Prefix string `yaml:"prefix"`
	// Hint says what a code looks like, for errors; Unknown that there is no such code.
	Hint    string `yaml:"hint"`
	Unknown string `yaml:"unknown"`
	// Elsewhere are codes of the same form outside the country, with what errors say.
	Elsewhere []Elsewhere `yaml:"elsewhere"`

	like, begun, prefix *regexp.Regexp
	forms, zeros        []*regexp.Regexp
}

// Elsewhere is a form of codes that belong to no covered country.
type Elsewhere struct {
	Form string `yaml:"form"`
	Says string `yaml:"says"`
	form *regexp.Regexp
}

// compile compiles the expressions, each of which must match whole texts.
func (c *Codes) compile() error {
	if c.Kind == "" {
		return nil
	}
	if c.Like == "" || len(c.Forms) == 0 || c.Hint == "" || c.Unknown == "" {
		return errors.New("codes: like, forms, hint and unknown are needed")
	}
	var faults []error
	compiled := func(key, text string, groups int) *regexp.Regexp {
		expression, err := regexp.Compile(text)
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("codes: %s: %w", key, err))
		case !strings.HasPrefix(text, "^"):
			faults = append(faults, fmt.Errorf("codes: %s: %q does not start with ^", key, text))
		case groups > 0 && expression.NumSubexp() < groups:
			faults = append(faults, fmt.Errorf("codes: %s: %q has no group", key, text))
		}
		return expression
	}
	c.like = compiled("like", c.Like, 0)
	if c.Begun != "" {
		c.begun = compiled("begun", c.Begun, 1)
	}
	if c.Prefix != "" {
		c.prefix = compiled("prefix", c.Prefix, 0)
	}
	for _, form := range c.Forms {
		c.forms = append(c.forms, compiled("forms", form, 1))
	}
	for _, zero := range c.Zeros {
		c.zeros = append(c.zeros, compiled("zeros", zero, 1))
	}
	for i := range c.Elsewhere {
		c.Elsewhere[i].form = compiled("elsewhere", c.Elsewhere[i].Form, 0)
	}
	return errors.Join(faults...)
}

// Looks reports whether a folded text without spaces can only be meant as a code.
func (c *Codes) Looks(text string) bool { return c.like != nil && c.like.MatchString(text) }

// text is the text of folded words as the expressions are matched with it.
func (c *Codes) text(words []string) string {
	if len(words) == 2 && !c.Spaced {
		return words[0] + " " + words[1]
	}
	return strings.Join(words, "")
}

// Readings are the parts of whole codes that folded words may stand for, in capital
// letters: as they stand first, then with zeros for letters. None for what is no code.
func (c *Codes) Readings(words []string) (readings []string) {
	text := c.text(words)
	texts := []string{text}
	for _, zero := range c.zeros {
		if corrected, ok := withZeros(zero, text); ok {
			texts = append(texts, corrected)
		}
	}
	for _, text := range texts {
		if code, ok := firstGroup(c.forms, text); ok && !slices.Contains(readings, code) {
			readings = append(readings, code)
		}
	}
	return readings
}

// BegunWith is the part that the table has of a code that is still being typed, after
// that part.
func (c *Codes) BegunWith(words []string) (string, bool) {
	if c.begun == nil {
		return "", false
	}
	return firstGroup([]*regexp.Regexp{c.begun}, c.text(words))
}

// PrefixOf is the part of a code that the table of prefixes has, "" for none.
func (c *Codes) PrefixOf(code string) string {
	if c.prefix == nil {
		return ""
	}
	return strings.ToUpper(c.prefix.FindString(strings.ToLower(code)))
}

// SaysElsewhere is what is said of a code that lies outside the country, "" for one
// that may be within it.
func (c *Codes) SaysElsewhere(code string) string {
	for _, other := range c.Elsewhere {
		if other.form.MatchString(strings.ToLower(code)) {
			return other.Says
		}
	}
	return ""
}

// firstGroup is the first group that took part in a match, of the first form that
// matches.
func firstGroup(forms []*regexp.Regexp, text string) (string, bool) {
	for _, form := range forms {
		for i, group := range form.FindStringSubmatch(text) {
			if i > 0 && group != "" {
				return strings.ToUpper(strings.ReplaceAll(group, " ", "")), true
			}
		}
	}
	return "", false
}

// withZeros writes 0 for each o in the groups of a match.
func withZeros(zero *regexp.Regexp, text string) (string, bool) {
	at := zero.FindStringSubmatchIndex(text)
	if at == nil {
		return text, false
	}
	out := []byte(text)
	for i := 2; i+1 < len(at); i += 2 {
		for j := max(at[i], 0); j < at[i+1]; j++ {
			if out[j] == 'o' {
				out[j] = '0'
			}
		}
	}
	return string(out), true
}
