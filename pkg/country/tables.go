package country

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
	"unique"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
)

const secondsADay = 24 * 60 * 60

// each reads a table. A file that is absent is an empty table, unless it must be there.
func (p *Pack) each(file string, required bool, columns string, read func(csvtable.Row) error) error {
	table, err := fs.ReadFile(p.files, file)
	if errors.Is(err, fs.ErrNotExist) && !required {
		return nil
	}
	name := fmt.Sprintf("%s of %s", file, p.Code)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return csvtable.Each(name, table, strings.Split(columns, ","), read)
}

// rows reads each line of a table into a value.
func rows[Line any](p *Pack, file string, required bool, columns string, read func(csvtable.Row) (Line, error)) (lines []Line, err error) {
	err = p.each(file, required, columns, func(row csvtable.Row) error {
		line, err := read(row)
		lines = append(lines, line)
		return err
	})
	return lines, err
}

func (p *Pack) readRegions() ([]Region, error) {
	regions, err := rows(p, fileRegions, true, "code,en", func(row csvtable.Row) (Region, error) {
		region := Region{Code: outage.Region(row.Get("code")), Names: namesOf(row)}
		if !regionForm.MatchString(string(region.Code)) || region.Code.Country() != p.Code {
			return region, fmt.Errorf("%q is no code of a region of %s", region.Code, p.Code)
		}
		if region.Names["en"] == "" {
			return region, fmt.Errorf("%s has no English name", region.Code)
		}
		return region, nil
	})
	slices.SortFunc(regions, func(a, b Region) int { return strings.Compare(string(a.Code), string(b.Code)) })
	for i := 1; i < len(regions) && err == nil; i++ {
		if regions[i].Code == regions[i-1].Code {
			err = fmt.Errorf("reading %s of %s: %s stands there twice", fileRegions, p.Code, regions[i].Code)
		}
	}
	return regions, err
}

func (p *Pack) readHolidays() (map[int]bool, error) {
	days := map[int]bool{}
	return days, p.each(fileHolidays, false, "date,name", func(row csvtable.Row) error {
		date, err := time.Parse(time.DateOnly, row.Get("date"))
		if err != nil {
			return fmt.Errorf("%q is no date of the form 2026-01-31", row.Get("date"))
		}
		days[int(date.Unix()/secondsADay)] = true
		return nil
	})
}

// region is a region of the country, "" for none.
func (p *Pack) region(text string) (outage.Region, error) {
	if text == "" {
		return "", nil
	}
	at, ok := slices.BinarySearchFunc(p.Regions, text, func(r Region, code string) int { return strings.Compare(string(r.Code), code) })
	if !ok {
		return "", fmt.Errorf("there is no region %q in %s", text, fileRegions)
	}
	return p.Regions[at].Code, nil
}

func (p *Pack) readCells() ([]CellRegion, error) {
	return rows(p, fileCells, true, "cell,region", func(row csvtable.Row) (CellRegion, error) {
		cell, err := cellBetween(row.Get("cell"), outage.CellCoarse, outage.CellFine)
		if err != nil {
			return CellRegion{}, err
		}
		region, err := p.region(row.Get("region"))
		return CellRegion{cell, region}, missing(err, region == "", "the region is missing")
	})
}

// The resolutions of the cells along borders.
const (
	borderCoarse = 7
	borderFine   = 9
)

func (p *Pack) readBorder() ([]CellRegion, error) {
	return rows(p, fileBorder, false, "cell,region", func(row csvtable.Row) (CellRegion, error) {
		cell, err := cellBetween(row.Get("cell"), borderCoarse, borderFine)
		if err != nil {
			return CellRegion{}, err
		}
		region := outage.Region(row.Get("region"))
		if region.Country() == p.Code {
			region, err = p.region(string(region))
		} else if !regionForm.MatchString(string(region)) {
			err = fmt.Errorf("%q is no code of a region", region)
		}
		return CellRegion{cell, unique.Make(region).Value()}, err
	})
}

func (p *Pack) readDistricts() ([]District, error) {
	districts, err := rows(p, fileDistricts, false, "code,region,en", func(row csvtable.Row) (district District, err error) {
		district = District{Code: outage.District(row.Get("code")), Names: namesOf(row), Others: listOf(row.Get("alt"))}
		district.Region, err = p.region(row.Get("region"))
		lacking := district.Region == "" || district.Code == "" || district.Names["en"] == ""
		return district, missing(err, lacking, "a code, a region and an English name are needed")
	})
	slices.SortFunc(districts, func(a, b District) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return districts, err
}

// districtOf checks that a district is one of the table, and of a region unless that is
// empty.
func (p *Pack) districtOf(text string, region outage.Region) (outage.District, error) {
	if text == "" {
		return "", nil
	}
	districts, err := p.Districts()
	if err != nil {
		return "", err
	}
	at, ok := slices.BinarySearchFunc(districts, text, func(d District, code string) int { return strings.Compare(string(d.Code), code) })
	if !ok {
		return "", fmt.Errorf("there is no district %q in %s", text, fileDistricts)
	}
	if region != "" && districts[at].Region != region {
		return "", fmt.Errorf("the district %s lies in %s", text, districts[at].Region)
	}
	return districts[at].Code, nil
}

func (p *Pack) readCellDistricts() ([]CellDistrict, error) {
	return rows(p, fileCellDistricts, false, "cell,district", func(row csvtable.Row) (CellDistrict, error) {
		cell, err := cellBetween(row.Get("cell"), outage.CellCoarse, outage.CellFine)
		if err != nil {
			return CellDistrict{}, err
		}
		district, err := p.districtOf(row.Get("district"), "")
		return CellDistrict{cell, district}, missing(err, district == "", "the district is missing")
	})
}

func (p *Pack) readCodes() ([]Code, error)    { return p.codes(fileCodes, "code") }
func (p *Pack) readPrefixes() ([]Code, error) { return p.codes(filePrefixes, "prefix") }

func (p *Pack) codes(file, column string) ([]Code, error) {
	codes, err := rows(p, file, false, column+",cell,region", func(row csvtable.Row) (code Code, err error) {
		code.Name = strings.Clone(row.Get(column))
		if code.Name == "" || code.Name != strings.ToUpper(code.Name) {
			return code, fmt.Errorf("%q is no code in capital letters", code.Name)
		}
		if code.Region, err = p.region(row.Get("region")); err != nil {
			return code, err
		}
		if code.District, err = p.districtOf(row.Get("district"), code.Region); err != nil {
			return code, err
		}
		code.Cell, err = optionalCell(row.Get("cell"))
		return code, err
	})
	slices.SortFunc(codes, func(a, b Code) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(codes) && err == nil; i++ {
		if codes[i].Name == codes[i-1].Name {
			err = fmt.Errorf("reading %s of %s: %s stands there twice", file, p.Code, codes[i].Name)
		}
	}
	return codes, err
}

// namesOf are the names by language, of several in one field the first.
func namesOf(row csvtable.Row) map[string]string {
	names := map[string]string{}
	row.All(func(column, field string) {
		if first, _, _ := strings.Cut(field, ";"); len(column) == len("en") && first != "" {
			names[column] = strings.Clone(first)
		}
	})
	return names
}

func listOf(field string) []string {
	if field == "" {
		return nil
	}
	return strings.Split(strings.Clone(field), ";")
}

func optionalCell(text string) (outage.Cell, error) {
	if text == "" {
		return 0, nil
	}
	return cellBetween(text, outage.CellFine, outage.CellFine)
}

// cellBetween reads a cell of the given resolutions. That it is a true one is checked
// where it is looked up.
func cellBetween(text string, coarse, fine int) (outage.Cell, error) {
	var cell outage.Cell
	if err := cell.UnmarshalText([]byte(text)); err != nil {
		return 0, err
	}
	if r := cell.Resolution(); cell == 0 || r < coarse || r > fine {
		return 0, fmt.Errorf("%q is no cell of resolution %d to %d", text, coarse, fine)
	}
	return cell, nil
}

// missing is the error there is, else one that says what is missing where something is.
func missing(err error, lacking bool, says string) error {
	if err == nil && lacking {
		return errors.New(says)
	}
	return err
}

func wholeNumber(column, text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s: %q is no whole number", column, text)
	}
	return n, nil
}
