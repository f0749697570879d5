package country

import (
	"fmt"
	"io/fs"
	"sync"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The files of a pack. All but the manifest, the cells and the regions may be absent.
const (
	fileManifest      = "manifest.yaml"
	fileCells         = "cells.csv"
	fileBorder        = "cells-border.csv"
	fileRegions       = "regions.csv"
	fileDistricts     = "districts.csv"
	fileCellDistricts = "cell-districts.csv"
	fileCodes         = "codes.csv"
	filePrefixes      = "code-prefixes.csv"
	filePlaces        = "places.csv"
	fileCities        = "cities.csv"
	fileAliases       = "aliases.csv"
	fileHolidays      = "holidays.csv"
	fileCrowds        = "crowds.csv"
	filePoints        = "points.csv"
)

// Pack is a country. It never changes and is safe for concurrent use; callers must not
// change the tables.
type Pack struct {
	Manifest
	// Facts are what the whole program must know of the country.
	Facts outage.CountryFacts
	// Regions are the regions in the order of their codes.
	Regions []Region

	// Cells are the land cells and their regions, compacted: resolution 3 to 6.
	Cells func() ([]CellRegion, error)
	// Border are cells of resolution 7 to 9 whose region is not that of the cell of
	// resolution 6 around them. It may name regions of neighbouring countries.
	Border func() ([]CellRegion, error)
	// Districts are the districts in the order of their codes.
	Districts func() ([]District, error)
	// CellDistricts are the land cells and the district that has most of each.
	CellDistricts func() ([]CellDistrict, error)
	// PostalCodes are the postal codes in the order of their names, and Prefixes the starts
	// of those that the table lacks.
	PostalCodes func() ([]Code, error)
	Prefixes    func() ([]Code, error)
	// Places are names of regions, counties, districts and localities.
	Places func() ([]Place, error)
	// Cities are the towns and cities, and Aliases further names of them.
	Cities  func() ([]City, error)
	Aliases func() ([]Alias, error)
	// Crowds are where simulated reports come from.
	Crowds func() ([]outage.City, error)
	// Points are points whose region is known, for checks. Some may lie in neighbours.
	Points func() ([]Point, error)

	files fs.FS
}

// Load reads the manifest, the regions and the holidays of a pack; the other tables are
// read when they are first asked for, and kept.
func Load(files fs.FS) (*Pack, error) {
	text, err := fs.ReadFile(files, fileManifest)
	if err != nil {
		return nil, fmt.Errorf("reading a country: %w", err)
	}
	p := &Pack{files: files}
	if p.Manifest, err = readManifest(text); err != nil {
		return nil, err
	}
	if p.Facts, err = p.facts(); err != nil {
		return nil, err
	}
	if p.Regions, err = p.readRegions(); err != nil {
		return nil, err
	}
	if p.Facts.Holidays, err = p.readHolidays(); err != nil {
		return nil, err
	}
	p.Cells, p.Border = sync.OnceValues(p.readCells), sync.OnceValues(p.readBorder)
	p.Districts, p.CellDistricts = sync.OnceValues(p.readDistricts), sync.OnceValues(p.readCellDistricts)
	p.PostalCodes, p.Prefixes = sync.OnceValues(p.readCodes), sync.OnceValues(p.readPrefixes)
	p.Places = sync.OnceValues(p.readPlaces)
	p.Cities, p.Aliases = sync.OnceValues(p.readCities), sync.OnceValues(p.readAliases)
	p.Crowds, p.Points = sync.OnceValues(p.readCrowds), sync.OnceValues(p.readPoints)
	return p, nil
}

// ReadAll reads every table, and returns the first fault.
func (p *Pack) ReadAll() error {
	for _, read := range []func() error{
		failing(p.Cells), failing(p.Border), failing(p.Districts), failing(p.CellDistricts), failing(p.PostalCodes),
		failing(p.Prefixes), failing(p.Places), failing(p.Cities), failing(p.Aliases), failing(p.Crowds),
		failing(p.Points),
	} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

func failing[Table any](read func() (Table, error)) func() error {
	return func() error {
		_, err := read()
		return err
	}
}
