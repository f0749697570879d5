package catalog

import (
	"net/url"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// StatusFormats are the formats of status pages that a catalogue may name.
var StatusFormats = []string{"atom", "aws", "azure", "google", "instatus", "meta", "pointer", "rss", "slack", "statuspage"}

const (
	unsure      = "unsure"
	maxEvidence = 500
	maxParts    = 20
)

var confidences = []string{"sure", "likely", unsure}

// statusPage reads where a vendor says how a service does.
func (r *reader) statusPage(e entry, c *Catalog) {
	parts := r.mapping(e, "format", "page", "feed", "components", "except", "pointer", "words", "enabled", "confidence", "evidence")
	if !slices.ContainsFunc(c.services, func(s outage.Service) bool { return s.Slug == e.key }) {
		r.add(e.line, e.path, "there is no service %q", e.key)
	}
	if c.pages == nil {
		c.pages = map[string]outage.StatusPage{}
	}
	read, known := c.pages[e.key]
	if enabled, ok := parts["enabled"]; ok && len(parts) == 1 {
		switch read.Enabled = r.truth(enabled); {
		case !known:
			r.add(e.line, e.path, "has no built-in page that could be turned on or off")
		case read.Feed == "":
			r.add(e.line, e.path, "has a page for people alone, which cannot be read")
		}
		c.pages[e.key] = read
		return
	}
	c.pages[e.key] = r.wholePage(e, parts)
}

func (r *reader) wholePage(e entry, parts map[string]entry) outage.StatusPage {
	read := outage.StatusPage{
		Page: r.https(parts["page"]), Feed: r.https(parts["feed"]), Components: r.parts(parts["components"]), Except: r.parts(parts["except"]),
		Format: r.oneOf(parts["format"], "", StatusFormats), Confidence: r.oneOf(parts["confidence"], confidences[0], confidences),
		Evidence: r.optional(parts["evidence"], maxEvidence), Pointer: r.optional(parts["pointer"], maxAdvice), Words: r.words(parts["words"]),
	}
	if _, ok := parts["page"]; !ok {
		r.add(e.line, e.path+".page", "is missing")
	}
	if (read.Format == "") != (read.Feed == "") {
		r.add(e.line, e.path, "has a format without a feed, or a feed without a format")
	}
	if (read.Format == "pointer") != (read.Pointer != "") || read.Pointer != "" && read.Pointer[0] != '/' {
		r.add(e.line, e.path, `needs a pointer that begins with / where the format is pointer, and none elsewhere`)
	}
	read.Enabled = read.Feed != "" && read.Confidence != unsure
	if enabled, ok := parts["enabled"]; ok {
		read.Enabled = r.truth(enabled)
		if read.Enabled && read.Feed == "" {
			r.add(enabled.line, enabled.path, "there is no feed to read")
		}
	}
	return read
}

// https reads an address, "" for the zero entry.
func (r *reader) https(e entry) string {
	text := r.optional(e, maxEvidence)
	if at, err := url.Parse(text); text != "" && (err != nil || at.Scheme != "https" || at.Host == "" || at.User != nil) {
		r.add(e.line, e.path, "is not an https:// address")
	}
	return text
}

// optional is a text of at most so many runes, "" for the zero entry.
func (r *reader) optional(e entry, most int) string {
	if e.value == nil {
		return ""
	}
	text := r.text(e)
	if what := textFault(text, most); what != "" {
		r.add(e.line, e.path, "%s", what)
	}
	return text
}

// oneOf is a word of a list, other for the zero entry.
func (r *reader) oneOf(e entry, other string, all []string) string {
	if e.value == nil {
		return other
	}
	word := r.text(e)
	if !slices.Contains(all, word) {
		r.add(e.line, e.path, "is none of %s", strings.Join(all, ", "))
	}
	return word
}

// parts is a list of parts of names.
func (r *reader) parts(e entry) (read []string) {
	for i, item := range r.list(e) {
		if i == maxParts {
			r.add(e.line, e.path, "has more than %d entries", maxParts)
			break
		}
		read = append(read, r.name(item))
	}
	return read
}

func (r *reader) words(e entry) map[string]outage.OfficialState {
	var read map[string]outage.OfficialState
	for _, part := range r.entries(e) {
		state := outage.OfficialState(r.text(part))
		if !state.Valid() {
			r.add(part.line, part.path, "%q is not a state", state)
		}
		if read == nil {
			read = map[string]outage.OfficialState{}
		}
		read[strings.ToLower(part.key)] = state
	}
	return read
}
