package patch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Part is a part of a page that may change from one snapshot to the next. The parts of
// a page are in its order, and the same ones in every snapshot.
type Part struct {
	Hash string // of the content, six hexadecimal digits
	HTML string // an element of class "part" with an id
}

// most is how many parts of earlier snapshots are remembered. They are mostly between 200
// and 8,000 bytes, and each reader needs those of a minute or two ago.
const most = 4096

// Earlier remembers the parts of pages for readers that have them still, and the edits
// between them, which take milliseconds: few pairs of parts are asked for, in any number of
// combinations. It is safe for concurrent use.
type Earlier struct {
	texts *lru.Cache[string, string]
	edits *lru.Cache[string, json.RawMessage]
}

// NewEarlier remembers nothing yet.
func NewEarlier() (*Earlier, error) {
	texts, err := lru.New[string, string](most)
	if err != nil {
		return nil, fmt.Errorf("making the store of earlier parts: %w", err)
	}
	edits, err := lru.New[string, json.RawMessage](most)
	if err != nil {
		return nil, fmt.Errorf("making the store of edits: %w", err)
	}
	return &Earlier{texts, edits}, nil
}

// Remember keeps the parts of a page.
func (e *Earlier) Remember(page string, parts []Part) {
	for _, part := range parts {
		e.texts.Add(page+" "+part.Hash, part.HTML)
	}
}

// noSource follows the hash of a part whose text a reader does not have: a browser shows
// the page that it loaded, but does not tell its source.
const noSource = "-"

// answer is what a page that is open takes in.
type answer struct {
	Have  string            `json:"have"`  // the hashes of all parts
	Parts []json.RawMessage `json:"parts"` // the edits of each, null where it is the same
}

// Answer is the changes of the parts of a page since those that a reader has, by their
// hashes with dots between, as JSON; nil where nothing differs. A part whose earlier text
// is not known, here or there, is sent whole; of hashes of another page all are.
func (e *Earlier) Answer(page string, parts []Part, have string) ([]byte, error) {
	had := strings.Split(have, ".")
	if len(had) != len(parts) {
		had = make([]string, len(parts))
	}
	changes, changed := answer{Have: Hashes(parts), Parts: make([]json.RawMessage, len(parts))}, false
	for i, part := range parts {
		if strings.TrimSuffix(had[i], noSource) == part.Hash {
			continue
		}
		edits, err := e.editsOf(page, had[i], part)
		if err != nil {
			return nil, err
		}
		changes.Parts[i], changed = edits, true
	}
	if !changed {
		return nil, nil
	}
	return written(changes)
}

// editsOf is the edits that make a part of the one with a hash.
func (e *Earlier) editsOf(page, had string, part Part) (json.RawMessage, error) {
	old, known := e.texts.Get(page + " " + had)
	if !known {
		return written(Whole(part.HTML))
	}
	key := page + " " + had + " " + part.Hash
	if edits, ok := e.edits.Get(key); ok {
		return edits, nil
	}
	edits, err := written(Between(old, part.HTML))
	if err == nil {
		e.edits.Add(key, edits)
	}
	return edits, err
}

// written is a value as JSON in which markup is readable, and so compresses well.
func written(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("writing the changes of a page: %w", err)
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// Hashes is the hashes of parts, with dots between.
func Hashes(parts []Part) string {
	var hashes []string
	for _, part := range parts {
		hashes = append(hashes, part.Hash)
	}
	return strings.Join(hashes, ".")
}
