package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"strings"
)

// Part is a part of a page that may change from one snapshot to the next. The parts of
// a page are in its order, and the same ones in every snapshot.
type Part struct {
	Hash string // of the content, six hexadecimal digits
	HTML []byte // an element of class "part" with an id
}

// Marks that templates write around parts, and where the hashes of all parts stand.
// They are control characters, which no page contains otherwise.
const partBegin, partNamed, partEnd, partHashes = "\x01", "\x02", "\x03", "\x04"

// Begin and End are written around a part, Hashes once on a page with parts.
func (p *layout) Begin(id string) template.HTML {
	return template.HTML(partBegin + id + partNamed)
}
func (p *layout) End() template.HTML    { return partEnd }
func (p *layout) Hashes() template.HTML { return partHashes }

// divided replaces the marks of a page by elements, and returns its parts.
func divided(body []byte) ([]byte, []Part) {
	var out bytes.Buffer
	var parts []Part
	for {
		before, rest, found := bytes.Cut(body, []byte(partBegin))
		out.Write(before)
		if !found {
			break
		}
		var part, id []byte
		part, body, _ = bytes.Cut(rest, []byte(partEnd))
		id, part, _ = bytes.Cut(part, []byte(partNamed))
		sum := sha256.Sum256(part)
		html := `<div class="part" id="part-` + string(id) + `">` + string(bytes.TrimSpace(part)) + `</div>`
		parts = append(parts, Part{Hash: hex.EncodeToString(sum[:3]), HTML: []byte(html)})
		out.WriteString(html)
	}
	return bytes.Replace(out.Bytes(), []byte(partHashes), hashesOf(parts), 1), parts
}

// hashesOf is the element by which the script of a page knows what it has.
func hashesOf(parts []Part) []byte {
	var hashes []string
	for _, part := range parts {
		hashes = append(hashes, part.Hash)
	}
	return []byte(`<i id="have" hidden data-have="` + strings.Join(hashes, ".") + `"></i>`)
}

// Changed is the parts that differ from those that a reader has, by their hashes, after
// the hashes of all; nil where nothing does. Of an unknown page it is all.
func Changed(parts []Part, have string) []byte {
	had := strings.Split(have, ".")
	var changed []byte
	for i, part := range parts {
		if len(had) != len(parts) || had[i] != part.Hash {
			changed = append(changed, part.HTML...)
		}
	}
	if changed == nil {
		return nil
	}
	return append(hashesOf(parts), changed...)
}
