package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The longest texts, in runes.
const (
	maxName   = 60  // a display name, an alias or a keyword
	maxAdvice = 300 // what to do, in one language
)

var countryForm = regexp.MustCompile(`^[A-Z]{2}$`)

// yearForm is that of the addresses of years.
var yearForm = regexp.MustCompile(`^[0-9]{4}$`)

var slugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// languages are those that pages are written in.
var languages = []string{"en", "hi", "bn", "cy"}

// reserved are the first parts of addresses that something else answers, or may
// one day: a service by that name could not be reached.
var reserved = []string{
	"en", "hi", "bn", "cy", // languages
	"about", "admin", "ask", "all", "api", "assets", "badge", "credits", "debug", "docs",
	"embed", "favicon", "feed", "feeds", "files", "follow", "health", "healthz", "heatmap", "history",
	"incidents", "livez", "manifest", "map", "metrics", "oembed", "offline", "place", "places",
	"privacy", "readyz", "register", "report", "reports", "robots", "search", "services",
	"sitemap", "static", "status", "stream", "suggest", "summary", "terms", "thanks", "undo",
	"vendors", "wanted", "webhooks",
}

// fault is one thing that is wrong with a file.
type fault struct {
	line      int // from 1
	key, what string
}

// faults collects what is wrong with one file.
type faults struct {
	file string
	all  []fault
}

func (f *faults) add(line int, key, what string, args ...any) {
	f.all = append(f.all, fault{line, key, fmt.Sprintf(what, args...)})
}

// err joins the faults in the order of their lines, nil when there are none.
func (f *faults) err() error {
	slices.SortFunc(f.all, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.key, b.key), cmp.Compare(a.what, b.what))
	})
	var lines []error
	for _, fault := range f.all {
		key := fault.key
		if key != "" {
			key += ": "
		}
		lines = append(lines, fmt.Errorf("%s:%d: %s%s", f.file, fault.line, key, fault.what))
	}
	return errors.Join(lines...)
}

// slugFault says what is wrong with a slug, "" when nothing is.
func slugFault(slug string) string {
	if !slugForm.MatchString(slug) {
		return "not a slug: up to 40 of a-z, 0-9 and -, not starting with -"
	}
	return ""
}

// addressFault is slugFault for a slug that is also an address.
func addressFault(slug string) string {
	if what := slugFault(slug); what != "" {
		return what
	}
	_, country := outage.CountryNamed(slug)
	if country || slices.Contains(reserved, slug) || yearForm.MatchString(slug) {
		return "this word is reserved for another address"
	}
	return ""
}

// nameFault says what is wrong with a display name, "" when nothing is.
func nameFault(name string) string { return textFault(name, maxName) }

// textFault says what is wrong with a text of at most so many runes, "" when
// nothing is.
func textFault(text string, most int) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "is empty"
	case utf8.RuneCountInString(text) > most:
		return fmt.Sprintf("is longer than %d characters", most)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return "holds control characters"
	}
	return ""
}
