package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/locale"
)

// textsCommand prints the texts of a language for review.
type textsCommand struct {
	Language string `arg:"" help:"Language of the texts, such as bn."`
}

// Run prints a CSV table with a row for each text, by the screen on which it stands.
func (c *textsCommand) Run() error {
	if !locale.Has(c.Language) {
		return fmt.Errorf("no language %q: choose one of %s", c.Language, strings.Join(locale.Languages(), ", "))
	}
	var rows [][]string
	for _, text := range locale.Review(c.Language) {
		rows = append(rows, []string{text.Screen, text.Address, text.Key, text.Form, text.English, text.Text})
	}
	table, err := csvtable.Encode([]string{"screen", "address", "key", "form", "english", c.Language}, rows)
	if err != nil {
		return fmt.Errorf("writing the texts: %w", err)
	}
	_, err = os.Stdout.Write(table)
	return err
}
