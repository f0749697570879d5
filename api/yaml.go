package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"go.yaml.in/yaml/v3"
)

// The description is written in YAML, which is easier to review, and served as JSON, which
// more programs can read.
//
//go:embed openapi.yaml
var openapi []byte

var description = sync.OnceValues(func() ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(openapi, &document); err != nil {
		return nil, fmt.Errorf("reading openapi.yaml: %w", err)
	}
	var out bytes.Buffer
	if err := writeJSON(&out, &document); err != nil {
		return nil, fmt.Errorf("writing openapi.yaml as JSON: %w", err)
	}
	return out.Bytes(), nil
})

// writeJSON writes a YAML node as JSON with the keys of objects in the order of
// the document, which generators and viewers follow. Aliases are written out.
func writeJSON(out *bytes.Buffer, node *yaml.Node) error {
	switch node.Kind {
	case yaml.DocumentNode:
		return writeJSON(out, node.Content[0])
	case yaml.AliasNode:
		return writeJSON(out, node.Alias)
	case yaml.SequenceNode:
		out.WriteByte('[')
		for i, item := range node.Content {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := writeJSON(out, item); err != nil {
				return err
			}
		}
		out.WriteByte(']')
		return nil
	case yaml.MappingNode:
		out.WriteByte('{')
		for i, pair := range members(node) {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := writeScalar(out, pair[0].Value); err != nil {
				return err
			}
			out.WriteByte(':')
			if err := writeJSON(out, pair[1]); err != nil {
				return err
			}
		}
		out.WriteByte('}')
		return nil
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	return writeScalar(out, value)
}

// members lists the keys and values of a mapping; those of a merge key (<<)
// replace it. No key may be in both.
func members(node *yaml.Node) [][2]*yaml.Node {
	var pairs [][2]*yaml.Node
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Tag != "!!merge" {
			pairs = append(pairs, [2]*yaml.Node{key, value})
			continue
		}
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		pairs = append(pairs, members(value)...)
	}
	return pairs
}

func writeScalar(out *bytes.Buffer, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	out.Write(text)
	return nil
}
