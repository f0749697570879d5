package proving

import (
	"compress/gzip"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed testdata/real
var realData embed.FS

// Row is what one place had in one minute.
type Row struct {
	Minute    outage.Minute
	Point     outage.LatLng
	Placed    bool
	Reporters int
}

// Locator finds the cell of a point.
type Locator interface {
	Locate(outage.LatLng) (outage.Cell, outage.Country, outage.Region, error)
}

// records reads a packed CSV table of the real data without its header.
func records(name string) ([][]string, error) {
	packed, err := realData.Open("testdata/real/" + name)
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	text, err := gzip.NewReader(packed)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	table := csv.NewReader(text)
	if _, err := table.Read(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	rows, err := table.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return rows, nil
}

// readJSON opens a JSON document of the real data.
func readJSON(name string) (io.ReadCloser, error) { return realData.Open("testdata/real/" + name) }

// Play runs a detector over rows of one service in one country, minute by minute
// from the first to the last, and returns the incidents in order of opening.
func Play(detector Detector, service string, country outage.Country, locate func(Row) outage.Cell, rows []Row) ([]*Found, error) {
	slices.SortStableFunc(rows, func(a, b Row) int { return int(a.Minute - b.Minute) })
	e := Entrant{Detector: detector}
	var counts []outage.Judged
	for from := 0; from < len(rows); {
		to := from
		for counts = counts[:0]; to < len(rows) && rows[to].Minute == rows[from].Minute; to++ {
			counts = append(counts, outage.Judged{Service: service, Country: country, Cell: locate(rows[to]), Reporters: rows[to].Reporters})
		}
		if err := e.minute(rows[from].Minute, counts); err != nil {
			return nil, fmt.Errorf("playing %s: %w", service, err)
		}
		from = to
	}
	return e.Found, nil
}

// cellOf remembers the cells of points; 0 where a point is not in the country.
func cellOf(locator Locator, country outage.Country) func(Row) outage.Cell {
	known := map[outage.LatLng]outage.Cell{}
	return func(row Row) outage.Cell {
		if !row.Placed {
			return 0
		}
		cell, ok := known[row.Point]
		if !ok {
			at, in, _, err := locator.Locate(row.Point)
			if err == nil && in == country {
				cell = at
			}
			known[row.Point] = cell
		}
		return cell
	}
}

func minuteOf(layout, text string) (outage.Minute, error) {
	at, err := time.Parse(layout, text)
	return outage.MinuteOf(at), err
}
