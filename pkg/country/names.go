package country

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
)

func (p *Pack) readPlaces() ([]Place, error) {
	return rows(p, filePlaces, false, "name,kind,region,district,cell,extent", func(row csvtable.Row) (place Place, err error) {
		if place.Name = strings.Clone(row.Get("name")); place.Name == "" {
			return place, errors.New("the name is missing")
		}
		if place.Kind, err = oneOf("kind", row.Get("kind"), KindCountry, KindRegion, KindCounty, KindDistrict, KindLocality); err != nil {
			return place, err
		}
		if place.Extent, err = oneOf("extent", row.Get("extent"), ExtentCountry, ExtentRegion, ExtentDistrict, ExtentCell); err != nil {
			return place, err
		}
		if place.Region, err = p.region(row.Get("region")); err != nil {
			return place, err
		}
		if place.District, err = p.districtOf(row.Get("district"), place.Region); err != nil {
			return place, err
		}
		if place.Cell, err = optionalCell(row.Get("cell")); err != nil {
			return place, err
		}
		if place.Population, err = wholeNumber("population", row.Get("population")); err != nil {
			return place, err
		}
		place.Others = aliasesOf(place.Name, row, "alt")
		return place, place.check()
	})
}

// check compares the extent with what is known.
func (p *Place) check() error {
	fits := false
	switch p.Extent {
	case ExtentCountry:
		fits = p.Region == "" && p.District == "" && p.Cell == 0
	case ExtentRegion:
		fits = p.Region != "" && p.District == "" && p.Cell == 0
	case ExtentDistrict:
		fits = p.Region != "" && p.District != "" && p.Cell == 0
	case ExtentCell:
		fits = p.Region != "" && p.Cell != 0
	}
	if !fits {
		return fmt.Errorf("the extent %s of %s does not fit its region, district and cell", p.Extent, p.Name)
	}
	return nil
}

// oneOf is the word of the list that a field is.
func oneOf(column, text string, words ...string) (string, error) {
	for _, word := range words {
		if text == word {
			return word, nil
		}
	}
	return "", fmt.Errorf("%s: %q is none of %s", column, text, strings.Join(words, ", "))
}

// aliasesOf are the names in the columns of languages, which have two letters, and in
// the column of other names. A field holds several names apart by semicolons.
func aliasesOf(name string, row csvtable.Row, others string) (aliases []Alias) {
	row.All(func(column, field string) {
		language := column
		switch {
		case field == "":
			return
		case column == others:
			language = ""
		case len(column) != len("en"):
			return
		}
		for _, other := range listOf(field) {
			if other != "" {
				aliases = append(aliases, Alias{Of: name, Language: language, Name: other})
			}
		}
	})
	return aliases
}

func (p *Pack) readCities() ([]City, error) {
	return rows(p, fileCities, false, "name,cell,population", func(row csvtable.Row) (city City, err error) {
		city.Name = strings.Clone(row.Get("name"))
		if city.Cell, err = cellBetween(row.Get("cell"), outage.CellFine, outage.CellFine); err != nil {
			return city, err
		}
		if city.Region, err = p.region(row.Get("region")); err != nil {
			return city, err
		}
		city.Population, err = wholeNumber("population", row.Get("population"))
		return city, err
	})
}

func (p *Pack) readAliases() (aliases []Alias, err error) {
	err = p.each(fileAliases, false, "city,other", func(row csvtable.Row) error {
		aliases = append(aliases, aliasesOf(strings.Clone(row.Get("city")), row, "other")...)
		return nil
	})
	return aliases, err
}

func (p *Pack) readCrowds() ([]outage.City, error) {
	return rows(p, fileCrowds, false, "name,lat,lng,millions", func(row csvtable.Row) (city outage.City, err error) {
		city.Name = strings.Clone(row.Get("name"))
		if city.At, err = pointOf(row); err != nil {
			return city, err
		}
		city.Millions, err = number(row, "millions")
		return city, err
	})
}

func (p *Pack) readPoints() ([]Point, error) {
	return rows(p, filePoints, false, "name,lat,lng,region", func(row csvtable.Row) (point Point, err error) {
		point.Name, point.Region = strings.Clone(row.Get("name")), outage.Region(strings.Clone(row.Get("region")))
		if !regionForm.MatchString(string(point.Region)) {
			return point, fmt.Errorf("%q is no code of a region", point.Region)
		}
		point.At, err = pointOf(row)
		return point, err
	})
}

func pointOf(row csvtable.Row) (point outage.LatLng, err error) {
	if point.Lat, err = number(row, "lat"); err != nil {
		return point, err
	}
	point.Lng, err = number(row, "lng")
	return point, err
}

func number(row csvtable.Row, column string) (float64, error) {
	value, err := strconv.ParseFloat(row.Get(column), 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is no number", column, row.Get(column))
	}
	return value, nil
}
