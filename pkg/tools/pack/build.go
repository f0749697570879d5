package pack

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The coarsest and finest resolutions of cells along borders.
const (
	borderCoarse = 7
	BorderFine   = 9
)

// copied are the files of a pack that need no work.
var copied = []string{"manifest.yaml", "aliases.csv", "holidays.csv", "crowds.csv", "points.csv"}

// builder is one run of Build.
type builder struct {
	from      fs.FS
	to        string
	regions   *raster
	districts *raster // nil without boundaries of districts
	regionOf  map[string]string
}

// Build makes a pack in the folder to, which may exist, from a folder with
//
//   - manifest.yaml, as in a pack
//   - regions.geojson: a FeatureCollection whose features have the properties code, en
//     and names by other languages
//   - districts.geojson, optional: the same with the property region
//   - codes.csv and code-prefixes.csv, places.csv and cities.csv, optional: as in a
//     pack, with the columns lat and lng in the place of cell
//   - aliases.csv, holidays.csv, crowds.csv and points.csv, optional: as in a pack
//
// border is the resolution of cells along borders: 9, or 8 for a country above a million
// square kilometres. It returns the pack as it reads what it wrote.
func Build(from fs.FS, to string, border int) (*country.Pack, error) {
	if border < borderCoarse || border > BorderFine {
		return nil, fmt.Errorf("cells along borders have a resolution from %d to %d", borderCoarse, BorderFine)
	}
	b := &builder{from: from, to: to, regionOf: map[string]string{}}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		b.copyFiles, func() error { return b.buildRegions(border) }, func() error { return b.buildDistricts(border) }, b.buildPoints,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	pack, err := country.Load(os.DirFS(to))
	if err != nil {
		return nil, err
	}
	return pack, pack.ReadAll()
}

func (b *builder) copyFiles() error {
	for _, name := range copied {
		text, err := fs.ReadFile(b.from, name)
		if errors.Is(err, fs.ErrNotExist) && name != "manifest.yaml" {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(b.to, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) buildRegions(border int) error {
	areas, err := readAreas(b.from, "regions.geojson")
	if err != nil {
		return err
	}
	if err := b.writeNames("regions.csv", areas, nil); err != nil {
		return err
	}
	if b.regions, err = rasterise(areas, border); err != nil {
		return fmt.Errorf("filling the regions with cells: %w", err)
	}
	if err := b.writeCells("cells.csv", "region", byCode(b.regions.land), outage.CellCoarse); err != nil {
		return err
	}
	along, err := b.regions.border()
	if err != nil {
		return err
	}
	return b.writeCells("cells-border.csv", "region", along, borderCoarse)
}

func (b *builder) buildDistricts(border int) error {
	areas, err := readAreas(b.from, "districts.geojson")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, a := range areas {
		b.regionOf[a.code] = a.properties["region"]
	}
	if err := b.writeNames("districts.csv", areas, []string{"region"}); err != nil {
		return err
	}
	if b.districts, err = rasterise(areas, border); err != nil {
		return fmt.Errorf("filling the districts with cells: %w", err)
	}
	most := map[outage.Cell]string{}
	for cell := range b.regions.land {
		if code := b.districts.most[cell]; code != "" {
			most[cell] = code
		}
	}
	return b.writeCells("cell-districts.csv", "district", byCode(most), outage.CellCoarse)
}

// writeNames writes the codes and the names of areas, which are the properties of two
// letters.
func (b *builder) writeNames(file string, areas []area, others []string) error {
	header := append([]string{"code"}, others...)
	languages := map[string]bool{}
	for _, a := range areas {
		for key := range a.properties {
			languages[key] = len(key) == len("en")
		}
	}
	for _, key := range sortedKeys(languages) {
		if languages[key] {
			header = append(header, key)
		}
	}
	rows := [][]string{}
	for _, a := range areas {
		row := make([]string, len(header))
		for i, column := range header {
			row[i] = a.properties[column]
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return b.write(file, header, rows)
}

func (b *builder) writeCells(file, column string, cells map[string][]outage.Cell, coarsest int) error {
	lines, err := compacted(cells, coarsest)
	if err != nil {
		return err
	}
	rows := make([][]string, len(lines))
	for i, line := range lines {
		rows[i] = []string{line.cell.String(), line.code}
	}
	return b.write(file, []string{"cell", column}, rows)
}

func (b *builder) write(name string, header []string, rows [][]string) error {
	file, err := os.Create(filepath.Join(b.to, name))
	if err != nil {
		return err
	}
	out := csv.NewWriter(file)
	err = out.WriteAll(append([][]string{header}, rows...))
	return errors.Join(err, file.Close())
}

func sortedKeys[Value any](of map[string]Value) []string {
	var keys []string
	for key := range of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
