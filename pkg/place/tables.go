package place

import (
	_ "embed" // the tables travel inside the program
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
)

var (
	//go:embed outcodes-gb.csv
	outcodesGB []byte
	//go:embed pins-in.csv
	pinsIN []byte
	//go:embed pin3-in.csv
	prefixesIN []byte
	//go:embed cities.csv
	citiesTable []byte
	//go:embed aliases.csv
	aliasesTable []byte
)

// city is a line of the table of cities.
type city struct {
	name       string
	country    outage.Country
	cell       outage.Cell
	population int
}

// alias is a further name of a city. Language is that of the name where it is
// the usual one there, and empty for an old or otherwise spelled one.
type alias struct {
	country              outage.Country
	city, language, name string
}

func readCodes(name string, table []byte, header string) (codes, error) {
	rows, err := csvtable.Rows(name, table, header)
	if err != nil {
		return nil, err
	}
	out := make(codes, len(rows))
	for i, row := range rows {
		cell, err := readCell(row[1])
		if err != nil {
			return nil, fmt.Errorf("reading line %d of %s: %w", i+2, name, err)
		}
		out[i] = code{row[0], cell}
	}
	slices.SortFunc(out, func(a, b code) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

func readCities(table []byte) ([]city, error) {
	rows, err := csvtable.Rows("the table of cities", table, "name,country,cell,population")
	if err != nil {
		return nil, err
	}
	out := make([]city, len(rows))
	for i, row := range rows {
		cell, err := readCell(row[2])
		if err != nil {
			return nil, fmt.Errorf("reading line %d of the table of cities: %w", i+2, err)
		}
		population, err := strconv.Atoi(row[3])
		if err != nil {
			return nil, fmt.Errorf("reading line %d of the table of cities: %w", i+2, err)
		}
		out[i] = city{row[0], outage.Country(row[1]), cell, population}
	}
	return out, nil
}

// readAliases reads a line per city; a field holds several names apart by
// semicolons.
func readAliases(table []byte) ([]alias, error) {
	const header = "country,city,hi,bn,cy,other"
	rows, err := csvtable.Rows("the table of aliases", table, header)
	if err != nil {
		return nil, err
	}
	languages := strings.Split(header, ",")
	languages[len(languages)-1] = ""
	var out []alias
	for _, row := range rows {
		for column := 2; column < len(row); column++ {
			for name := range strings.SplitSeq(row[column], ";") {
				if name != "" {
					out = append(out, alias{outage.Country(row[0]), row[1], languages[column], name})
				}
			}
		}
	}
	return out, nil
}

// readCell reads a cell of the tables, all of which are of the finest
// resolution.
func readCell(text string) (outage.Cell, error) {
	var cell outage.Cell
	if err := cell.UnmarshalText([]byte(text)); err != nil {
		return 0, err
	}
	if cell.Resolution() != outage.CellFine {
		return 0, fmt.Errorf("want a cell of resolution %d, not %q", outage.CellFine, text)
	}
	return cell, nil
}
