package catalog

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// entry is a key of a mapping with its value and the path to it.
type entry struct {
	key   string
	path  string // dotted, from the top of the file
	line  int    // of the key
	value *yaml.Node
}

// reader walks the nodes of one file and collects what is wrong with it. Nodes
// rather than structs are read because only they know their lines.
type reader struct {
	faults
	needs  []need // in the order of the file
	places Places // whose addresses no service may have, nil for none
}

// parse reads a file over a base catalogue, which it leaves as it is.
func parse(name string, data []byte, base *Catalog, places Places) (*Catalog, error) {
	catalog, r := read(name, data, base, places)
	if catalog != nil {
		r.dependencies(catalog.services)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return catalog.index(), nil
}

// read is parse without the dependencies and the index. The catalogue is nil
// where the file cannot be read at all.
func read(name string, data []byte, base *Catalog, places Places) (*Catalog, *reader) {
	r := &reader{faults: faults{file: name}, places: places}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		r.notYAML(err)
		return nil, r
	}
	if len(document.Content) == 0 {
		r.add(1, "", "the file is empty")
		return nil, r
	}
	return r.catalog(entry{line: document.Content[0].Line, value: document.Content[0]}, base), r
}

var lineOf = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func (r *reader) notYAML(err error) {
	var typed *yaml.TypeError
	if errors.As(err, &typed) && len(typed.Errors) > 0 {
		err = errors.New("yaml: " + typed.Errors[0])
	}
	line := 1
	text := err.Error()
	if match := lineOf.FindStringSubmatch(text); match != nil {
		if n, err := strconv.Atoi(match[1]); err == nil {
			line = n
		}
		text = text[len(match[0]):]
	}
	r.add(line, "", "not YAML: %s", text)
}

func (r *reader) slug(e entry, what string) {
	if what != "" {
		r.add(e.line, e.path, "%s", what)
	}
}

// mapping is the entries of a mapping by key; a key that is not known is a fault.
func (r *reader) mapping(whole entry, known ...string) map[string]entry {
	parts := make(map[string]entry)
	for _, e := range r.entries(whole) {
		if !slices.Contains(known, e.key) {
			r.add(e.line, e.path, "is not a known key")
			continue
		}
		parts[e.key] = e
	}
	return parts
}

// entries is a mapping in the order of the file; a key that stands twice is a
// fault. The zero entry, a section that is not there, has none.
func (r *reader) entries(e entry) []entry {
	if e.value == nil {
		return nil
	}
	if e.value.Kind != yaml.MappingNode {
		r.add(e.value.Line, e.path, "must be a mapping")
		return nil
	}
	seen := make(map[string]int)
	var read []entry
	for i := 0; i+1 < len(e.value.Content); i += 2 {
		key, value := e.value.Content[i], e.value.Content[i+1]
		path := key.Value
		if strings.ContainsFunc(path, unicode.IsControl) {
			path = strconv.Quote(path) // keeps an error on its line
		}
		if e.path != "" {
			path = e.path + "." + path
		}
		if line, ok := seen[key.Value]; ok {
			r.add(key.Line, path, "stands twice, first on line %d", line)
			continue
		}
		seen[key.Value] = key.Line
		read = append(read, entry{key: key.Value, path: path, line: key.Line, value: value})
	}
	return read
}

// list is the items of a sequence, none for the zero entry.
func (r *reader) list(e entry) []entry {
	if e.value == nil {
		return nil
	}
	if e.value.Kind != yaml.SequenceNode {
		r.add(e.value.Line, e.path, "must be a list")
		return nil
	}
	var read []entry
	for i, item := range e.value.Content {
		path := e.path + "[" + strconv.Itoa(i) + "]"
		read = append(read, entry{path: path, line: item.Line, value: item})
	}
	return read
}

// text is a scalar as it stands in the file: a number or a yes is text too.
// Anchors are not followed, so a file cannot grow beyond its bytes.
func (r *reader) text(e entry) string {
	if e.value.Kind != yaml.ScalarNode {
		r.add(e.value.Line, e.path, "must be text")
		return "?"
	}
	return e.value.Value
}

func (r *reader) truth(e entry) bool {
	text := r.text(e)
	if text != "true" && text != "false" {
		r.add(e.line, e.path, "must be true or false")
	}
	return text == "true"
}
