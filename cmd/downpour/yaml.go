package main

import (
	"fmt"
	"os"
	"regexp"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"github.com/open-downpour/downpour/pkg/redact"
)

// quoted is what the errors of the YAML reader quote of a file, which may be a
// part of a secret. Signs such as ':' are shorter.
var quoted = regexp.MustCompile("`[^`]{3,}`|'[^']{3,}'|\"[^\"]{3,}\"")

// configFile is a YAML file of flags: one level of keys, each the name of a
// flag without its dashes.
type configFile string

// BeforeResolve reads the file and lets it answer for flags that neither the
// command line nor the environment gave.
func (f configFile) BeforeResolve(app *kong.Kong, context *kong.Context, trace *kong.Path) error {
	path := string(context.FlagValue(trace.Flag).(configFile))
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	var file yaml.Node
	if err := yaml.Unmarshal(text, &file); err != nil {
		return fmt.Errorf("--config: %s: %s", path, quoted.ReplaceAllString(err.Error(), redact.Mask))
	}
	values, err := configValues(path, &file, flagNames(app))
	if err != nil {
		return err
	}
	context.AddResolver(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value, ok := values[flag.Name]; ok {
			return value, nil
		}
		return nil, nil
	}))
	return nil
}

func flagNames(app *kong.Kong) map[string]bool {
	names := map[string]bool{}
	nodes := append([]*kong.Node{app.Model.Node}, app.Model.Leaves(false)...)
	for _, node := range nodes {
		for _, flag := range node.Flags {
			names[flag.Name] = true
		}
	}
	return names
}

func configValues(path string, file *yaml.Node, known map[string]bool) (map[string]any, error) {
	values := map[string]any{}
	if len(file.Content) == 0 {
		return values, nil
	}
	root := file.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("--config: %s:%d: must be a list of keys and values", path, root.Line)
	}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if !known[key.Value] {
			return nil, fmt.Errorf("--config: %s:%d: no flag is called %q", path, key.Line, redact.Values(key.Value, key.Value))
		}
		var decoded any
		if err := value.Decode(&decoded); err != nil {
			return nil, fmt.Errorf("--config: %s:%d: %s: %s", path, value.Line, key.Value, quoted.ReplaceAllString(err.Error(), redact.Mask))
		}
		values[key.Value] = decoded
	}
	return values, nil
}
