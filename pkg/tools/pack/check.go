package pack

import (
	"fmt"
	"io"
	"strings"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/place"
)

// checker is one run of Check.
type checker struct {
	pack      *country.Pack
	geography *cell.Geography
	places    *place.Index
	out       io.Writer
	faults    int
}

// Check compares the tables of a pack with each other, and prints a line for each rule
// and figures. Beside are the packs of neighbours, which decide about points along the
// border of the country. Its error says how many rules are broken.
func Check(pack *country.Pack, beside country.Set, out io.Writer) error {
	if err := pack.ReadAll(); err != nil {
		return err
	}
	packs := beside.With(pack)
	geography, err := cell.Load(packs)
	if err != nil {
		return err
	}
	places, err := place.Load(geography, packs)
	if err != nil {
		return err
	}
	c := &checker{pack: pack, geography: geography, places: places, out: out}
	for _, check := range []func() error{c.land, c.border, c.districts, c.codes, c.names, c.points} {
		if err := check(); err != nil {
			return err
		}
	}
	if c.faults > 0 {
		return fmt.Errorf("checking %s: %d rules are broken", pack.Code, c.faults)
	}
	return nil
}

// rule prints whether a rule holds, with examples of what breaks it.
func (c *checker) rule(name string, broken []string) {
	if len(broken) == 0 {
		fmt.Fprintf(c.out, "ok    %s\n", name)
		return
	}
	c.faults++
	const examples = 5
	fmt.Fprintf(c.out, "FAULT %s: %d, such as %s\n", name, len(broken), strings.Join(broken[:min(len(broken), examples)], ", "))
}

func (c *checker) figure(name string, value any) { fmt.Fprintf(c.out, "      %s: %v\n", name, value) }

func (c *checker) land() error {
	cells, err := c.pack.Cells()
	if err != nil {
		return err
	}
	var broken, empty []string
	seen, has := map[outage.Cell]bool{}, map[outage.Region]bool{}
	for _, line := range cells {
		seen[line.Cell] = true
		has[line.Region] = true
	}
	size := 0
	for _, line := range cells {
		if !valid(line.Cell) {
			broken = append(broken, line.Cell.String()+" is no cell")
		}
		for r := outage.CellCoarse; r < line.Cell.Resolution(); r++ {
			if seen[line.Cell.Parent(r)] {
				broken = append(broken, line.Cell.String()+" lies within another")
			}
		}
		weight := 1
		for r := line.Cell.Resolution(); r < outage.CellFine; r++ {
			weight *= 7
		}
		size += weight
	}
	if len(seen) != len(cells) {
		broken = append(broken, "a cell stands there twice")
	}
	for _, region := range c.pack.Regions {
		if !has[region.Code] {
			empty = append(empty, string(region.Code))
		}
	}
	c.rule("each land cell belongs to one region", broken)
	c.rule("each region has land", empty)
	c.figure("regions", len(c.pack.Regions))
	c.figure("land cells of resolution 6", size)
	return nil
}

// border checks that a point in the middle of each cell along borders is located in the
// region of that cell.
func (c *checker) border() error {
	cells, err := c.pack.Border()
	if err != nil {
		return err
	}
	var broken []string
	for _, line := range cells {
		if len(c.geography.Regions(line.Region.Country())) == 0 {
			continue // of a neighbour that is not loaded
		}
		middle, err := center(line.Cell)
		if err != nil {
			return err
		}
		if _, _, region, err := c.geography.Locate(middle); err != nil || region != line.Region {
			broken = append(broken, fmt.Sprintf("%s is in %s and located in %q", line.Cell, line.Region, region))
		}
	}
	c.rule("points along borders are located in their own region", broken)
	c.figure("cells along borders", len(cells))
	return nil
}

func (c *checker) districts() error {
	districts, err := c.pack.Districts()
	if err != nil {
		return err
	}
	cells, err := c.pack.CellDistricts()
	if err != nil {
		return err
	}
	var broken, foreign []string
	drawn, straddling := map[outage.District]bool{}, 0
	for _, line := range cells {
		drawn[line.District] = true
		region := c.geography.RegionOf(line.Cell)
		switch {
		case region.Country() != c.pack.Code:
			foreign = append(foreign, line.Cell.String())
		case c.geography.RegionOfDistrict(line.District) != region:
			straddling++
		}
	}
	for _, district := range districts {
		if got := c.geography.RegionOfDistrict(district.Code); got != district.Region {
			broken = append(broken, string(district.Code))
		}
	}
	c.rule("each district belongs to its region", broken)
	c.rule("each cell with a district is land of the country", foreign)
	c.figure("districts", len(districts))
	c.figure("districts that have most of no cell", len(districts)-len(drawn))
	c.figure("rows of cells whose district lies in another region", straddling)
	return nil
}

// codes checks that each code is understood, as itself and in its own region.
func (c *checker) codes() error {
	codes, err := c.pack.PostalCodes()
	if err != nil {
		return err
	}
	var refused, moved []string
	away := 0
	for _, code := range codes {
		found := c.places.Resolve(code.Name, c.pack.Code)
		switch got := found.Place; {
		case !found.Understood:
			refused = append(refused, code.Name)
		case got.Region != code.Region || got.Name != code.Name || got.District != code.District:
			moved = append(moved, fmt.Sprintf("%s in %s instead of %s", code.Name, got.Region, code.Region))
		}
		if code.Cell != 0 && c.geography.RegionOf(code.Cell) != code.Region {
			away++
		}
	}
	prefixes, err := c.pack.Prefixes()
	if err != nil {
		return err
	}
	var odd []string
	for _, prefix := range prefixes {
		if prefix.Cell != 0 && c.geography.RegionOf(prefix.Cell).Country() != c.pack.Code {
			odd = append(odd, prefix.Name)
		}
	}
	c.rule("each code is understood", refused)
	c.rule("each code resolves to its own region and district", moved)
	c.rule("each prefix lies in the country", odd)
	c.figure("codes", len(codes))
	c.figure("codes whose cell counts for another region", away)
	c.figure("prefixes", len(prefixes))
	return nil
}

// names checks that places and cities lie in the country.
func (c *checker) names() error {
	places, err := c.pack.Places()
	if err != nil {
		return err
	}
	kinds, away := map[string]int{}, []string{}
	for _, p := range places {
		kinds[p.Kind]++
		if p.Cell != 0 && c.geography.RegionOf(p.Cell).Country() != c.pack.Code {
			away = append(away, p.Name)
		}
	}
	cities, err := c.pack.Cities()
	if err != nil {
		return err
	}
	for _, city := range cities {
		if c.geography.RegionOf(city.Cell).Country() != c.pack.Code {
			away = append(away, city.Name)
		}
	}
	c.rule("each place and city lies in the country", away)
	c.figure("cities", len(cities))
	for _, kind := range sortedKeys(kinds) {
		c.figure("places of kind "+kind, kinds[kind])
	}
	return nil
}

// points checks the points whose region is known.
func (c *checker) points() error {
	points, err := c.pack.Points()
	if err != nil {
		return err
	}
	var broken []string
	for _, p := range points {
		if len(c.geography.Regions(p.Region.Country())) == 0 {
			continue // of a neighbour that is not loaded
		}
		if _, _, region, err := c.geography.Locate(p.At); err != nil || region != p.Region {
			broken = append(broken, fmt.Sprintf("%s in %q instead of %s", p.Name, region, p.Region))
		}
	}
	c.rule("points are located in their region", broken)
	c.figure("points", len(points))
	return nil
}
