package patch

import (
	"encoding/json"
	"unicode/utf16"
)

// Apply is what the edits make of a text, as the script of live pages does it. Edits
// beyond the end of the text keep and leave out nothing.
func (e Edits) Apply(old string) string {
	rest, out := utf16.Encode([]rune(old)), []uint16(nil)
	for _, edit := range e {
		switch edit := edit.(type) {
		case string:
			out = append(out, utf16.Encode([]rune(edit))...)
		case int:
			n := min(max(edit, -edit), len(rest))
			if edit > 0 {
				out = append(out, rest[:n]...)
			}
			rest = rest[n:]
		}
	}
	return string(utf16.Decode(out))
}

// UnmarshalJSON reads edits as they are sent.
func (e *Edits) UnmarshalJSON(text []byte) error {
	var all []any
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	for _, edit := range all {
		if n, ok := edit.(float64); ok {
			edit = int(n)
		}
		*e = append(*e, edit)
	}
	return nil
}
