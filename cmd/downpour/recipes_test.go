package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	// recipeCommand is a command of this program in a recipe, over one or more lines.
	recipeCommand = regexp.MustCompile(`(?m)^ {4}downpour (?:.*\\\n)*.*$`)
	recipeWord    = regexp.MustCompile(`'([^']*)'|\S+`)
)

// TestRecipesOfThisProgram parses the commands of docs/recipes.md as the program does. Those of
// other programs are run by .ci/readers.
func TestRecipesOfThisProgram(t *testing.T) {
	text, err := os.ReadFile("../../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	found := recipeCommand.FindAllString(string(text), -1)
	if len(found) == 0 {
		t.Fatal("there is none")
	}
	for _, one := range found {
		one = strings.ReplaceAll(strings.ReplaceAll(one, "\\\n", " "), "HOST", "example.org")
		var arguments []string
		for _, word := range recipeWord.FindAllStringSubmatch(one, -1) {
			if word[1] != "" {
				word[0] = word[1]
			}
			arguments = append(arguments, word[0])
		}
		var line commands
		parser, err := newParser(t.Context(), &line)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(arguments[1:]); err != nil {
			t.Errorf("%s: %v", strings.TrimSpace(one), err)
		}
	}
}
