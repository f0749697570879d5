package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"html/template"

	"github.com/open-downpour/downpour/frontend/patch"
)

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
func divided(body []byte) ([]byte, []patch.Part) {
	var out bytes.Buffer
	var parts []patch.Part
	for {
		before, rest, found := bytes.Cut(body, []byte(partBegin))
		out.Write(before)
		if !found {
			break
		}
		var part, id []byte
		part, body, _ = bytes.Cut(rest, []byte(partEnd))
		id, part, _ = bytes.Cut(part, []byte(partNamed))
		html := `<div class="part" id="part-` + string(id) + `">` + string(bytes.TrimSpace(part)) + `</div>`
		sum := sha256.Sum256([]byte(html)) // with the id, as empty parts are many
		parts = append(parts, patch.Part{Hash: hex.EncodeToString(sum[:3]), HTML: html})
		out.WriteString(html)
	}
	return bytes.Replace(out.Bytes(), []byte(partHashes), hashesOf(parts), 1), parts
}

// hashesOf is the element by which the script of a page knows what it has.
func hashesOf(parts []patch.Part) []byte {
	return []byte(`<i id="have" hidden data-have="` + patch.Hashes(parts) + `"></i>`)
}
