package cell

import (
	"fmt"
	"slices"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// districts are those of all countries.
type districts struct {
	byCode   map[outage.District]country.District
	byRegion map[outage.Region][]outage.District
	byCell   map[outage.Cell]outage.District // compacted
}

func (d *districts) add(pack *country.Pack) error {
	if d.byCode == nil {
		d.byCode, d.byRegion = map[outage.District]country.District{}, map[outage.Region][]outage.District{}
		d.byCell = map[outage.Cell]outage.District{}
	}
	all, err := pack.Districts()
	if err != nil {
		return err
	}
	for _, district := range all {
		if _, twice := d.byCode[district.Code]; twice {
			return fmt.Errorf("reading the districts of %s: %s stands there twice", pack.Code, district.Code)
		}
		d.byCode[district.Code] = district
		d.byRegion[district.Region] = append(d.byRegion[district.Region], district.Code)
	}
	cells, err := pack.CellDistricts()
	if err != nil {
		return err
	}
	for _, line := range cells {
		d.byCell[line.Cell] = line.District
	}
	return nil
}

// Districts lists the districts of a region in the order of their codes.
func (g *Geography) Districts(region outage.Region) []outage.District {
	return slices.Clone(g.districts.byRegion[region])
}

// RegionOfDistrict is the region that a district lies in, "" for an unknown one.
func (g *Geography) RegionOfDistrict(district outage.District) outage.Region {
	return g.districts.byCode[district].Region
}

// DistrictOf is the district of a cell of resolution 6 in a region: the one that has
// most of the cell, and "" where that one lies in another region, as it does for some
// cells that straddle a border.
func (g *Geography) DistrictOf(cell outage.Cell, region outage.Region) outage.District {
	for resolution := outage.CellFine; resolution >= outage.CellCoarse; resolution-- {
		if district, ok := g.districts.byCell[cell.Parent(resolution)]; ok {
			if g.districts.byCode[district].Region != region {
				return ""
			}
			return district
		}
	}
	return ""
}

// DistrictName is the name of a district in a language, in English where there is none,
// and the code itself for an unknown district.
func (g *Geography) DistrictName(district outage.District, lang string) string {
	return nameIn(g.districts.byCode[district].Names, lang, string(district))
}
