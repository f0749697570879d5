package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
)

// pointTable is a table with places as points, and the columns of the pack's table.
type pointTable struct {
	file, key string
	columns   []string
	complete  func(b *builder, row map[string]string)
}

var pointTables = []pointTable{
	{"codes.csv", "code", []string{"code", "cell", "region", "district"}, nil},
	{"code-prefixes.csv", "prefix", []string{"prefix", "cell", "region"}, nil},
	{"cities.csv", "name", []string{"name", "cell", "population"}, nil},
	{"places.csv", "name", []string{"name", "kind", "region", "district", "cell", "extent", "population"}, (*builder).completePlace},
}

func (b *builder) buildPoints() error {
	for _, table := range pointTables {
		text, err := fs.ReadFile(b.from, table.file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := b.buildTable(table, text); err != nil {
			return err
		}
	}
	return nil
}

// buildTable turns the points of a table into cells, and adds the region and the district
// of each row that has none of its own. Columns that are not known are kept: names by
// language.
func (b *builder) buildTable(table pointTable, text []byte) error {
	var header []string
	var rows [][]string
	err := csvtable.Each(table.file, text, []string{table.key}, func(row csvtable.Row) error {
		fields := map[string]string{}
		columns := slices.Clone(table.columns)
		row.All(func(column, field string) {
			fields[column] = strings.Clone(field)
			if column != "lat" && column != "lng" && !slices.Contains(columns, column) {
				columns = append(columns, column)
			}
		})
		header = columns
		if err := b.place(fields); err != nil {
			return err
		}
		if table.complete != nil {
			table.complete(b, fields)
		}
		line := make([]string, len(columns))
		for i, column := range columns {
			line[i] = fields[column]
		}
		rows = append(rows, line)
		return nil
	})
	if err != nil {
		return err
	}
	return b.write(table.file, header, rows)
}

// place fills in the cell, the region and the district of a row with a point.
func (b *builder) place(row map[string]string) error {
	if row["lat"] == "" && row["lng"] == "" {
		return nil
	}
	lat, errLat := strconv.ParseFloat(row["lat"], 64)
	lng, errLng := strconv.ParseFloat(row["lng"], 64)
	if errLat != nil || errLng != nil {
		return fmt.Errorf("%q, %q is no latitude and longitude", row["lat"], row["lng"])
	}
	point := outage.LatLng{Lat: lat, Lng: lng}
	cell, err := cellAt(point, outage.CellFine)
	if err != nil {
		return err
	}
	row["cell"] = cell.String()
	if row["region"] == "" {
		if row["region"], err = b.regions.at(point); err != nil {
			return err
		}
	}
	if row["region"] == "" {
		return fmt.Errorf("%s, %s lies in no region; give one in the column region", row["lat"], row["lng"])
	}
	if row["district"] == "" && b.districts != nil {
		district, err := b.districts.at(point)
		if err != nil {
			return err
		}
		if b.regionOf[district] == row["region"] {
			row["district"] = district
		}
	}
	return nil
}

// at is the area of a point, "" for none.
func (r *raster) at(point outage.LatLng) (string, error) {
	for resolution := BorderFine; resolution >= borderCoarse; resolution-- {
		cell, err := cellAt(point, resolution)
		if err != nil {
			return "", err
		}
		if code := r.fine[cell]; code != "" {
			return code, nil
		}
	}
	cell, err := cellAt(point, outage.CellFine)
	return r.land[cell], err
}

// completePlace derives the extent of a place from what is known of it.
func (b *builder) completePlace(row map[string]string) {
	if row["extent"] != "" {
		return
	}
	switch {
	case row["cell"] != "":
		row["extent"] = "cell"
	case row["district"] != "":
		row["extent"] = "district"
	case row["region"] != "":
		row["extent"] = "region"
	default:
		row["extent"] = "country"
	}
}
