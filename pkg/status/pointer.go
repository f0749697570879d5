package status

import (
	"encoding/json"
	"fmt"

	"github.com/go-openapi/jsonpointer"

	"github.com/open-downpour/downpour/pkg/outage"
)

// pointerWords are the words at a JSON pointer that need no table of the catalogue.
var pointerWords = words[outage.OfficialState]{
	"operational": outage.OfficialOperational, "ok": outage.OfficialOperational, "up": outage.OfficialOperational, "true": outage.OfficialOperational,
	"degraded": outage.OfficialDegraded, "partial_outage": outage.OfficialPartial, "major_outage": outage.OfficialMajor,
	"down": outage.OfficialMajor, "false": outage.OfficialMajor, "maintenance": outage.OfficialMaintenance,
}

// readPointer reads the word at a JSON pointer (RFC 6901) of any document. What it means
// says the catalogue, or pointerWords.
func readPointer(document []byte, page outage.StatusPage) (reading, error) {
	pointer, err := jsonpointer.New(page.Pointer)
	if err != nil {
		return reading{}, fmt.Errorf("reading the pointer %q: %w", page.Pointer, err)
	}
	var d any
	if err := decode(document, &d); err != nil {
		return reading{}, err
	}
	value, _, err := pointer.Get(d)
	if err != nil {
		return reading{}, fmt.Errorf("%w: %w", errChanged, err)
	}
	var word string
	switch value := value.(type) {
	case string:
		word = value
	case bool, float64:
		raw, _ := json.Marshal(value) // of a decoded document, never fails
		word = string(raw)
	default:
		return reading{}, fmt.Errorf("%w: no word is at %q", errChanged, page.Pointer)
	}
	table := pointerWords
	if len(page.Words) > 0 {
		table = page.Words
	}
	return reading{state: table.of(word, outage.OfficialUnknown)}, nil
}
