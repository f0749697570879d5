package baseline

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed holidays.csv
var holidayTable string

// holidays are the public holidays of each country, by number of the local day.
var holidays = mustReadHolidays(holidayTable)

func mustReadHolidays(table string) map[outage.Country]map[int]bool {
	read, err := readHolidays(strings.NewReader(table))
	if err != nil {
		panic(err) // the table is part of the program
	}
	return read
}

// readHolidays reads lines of country, date, status and name.
func readHolidays(from io.Reader) (map[outage.Country]map[int]bool, error) {
	rows := csv.NewReader(from)
	rows.Comment, rows.FieldsPerRecord = '#', 4
	read := map[outage.Country]map[int]bool{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return read, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the holidays: %w", err)
		}
		line, _ := rows.FieldPos(0)
		date, err := time.Parse(time.DateOnly, row[1])
		if err != nil {
			return nil, fmt.Errorf("reading the holidays: line %d: %w", line, err)
		}
		country := outage.Country(row[0])
		if !slices.Contains(outage.Countries(), country) {
			return nil, fmt.Errorf("reading the holidays: line %d: country %q is not covered", line, country)
		}
		if read[country] == nil {
			read[country] = map[int]bool{}
		}
		read[country][int(date.Unix()/(minutesADay*60))] = true
	}
}
