package country

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// decodeYAML reads a document and refuses keys that are not known. Errors name the line.
func decodeYAML(text []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	return decoder.Decode(into)
}
