package bucket

import (
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// PlaceOf is the region of a cell and the district that has most of it, "" where there
// is none. Counters do not store what it says.
type PlaceOf func(outage.Cell) (outage.Region, outage.District)

// where is as much as is known of the place of a report.
type where struct {
	region   outage.Region
	district outage.District
	cell     outage.Cell
}

func whereIs(r outage.Report) where { return where{r.Region, r.District, r.Cell} }

const (
	regionMark   = "@"
	districtMark = "~"
)

// pack writes a place in the form of the counters: the cell, and the region and the
// district only where they are others than those of the cell: "86195da~" lies in no
// district, and a district as a whole is its region and its code without a cell.
func (of PlaceOf) pack(at where) string {
	var region outage.Region
	var district outage.District
	if of != nil && at.cell != 0 {
		region, district = of(at.cell)
	}
	text := packCell(at.cell)
	if at.region != region {
		text += regionMark + string(at.region)
		district = "" // that of the other region
	}
	if at.district != district {
		text += districtMark + string(at.district)
	}
	return text
}

// unpack reads what pack wrote.
func (of PlaceOf) unpack(text string) (at where, err error) {
	text, district, otherDistrict := strings.Cut(text, districtMark)
	text, region, otherRegion := strings.Cut(text, regionMark)
	if at.cell, err = unpackCell(text); err != nil {
		return where{}, err
	}
	if of != nil && at.cell != 0 {
		at.region, at.district = of(at.cell)
	}
	if otherRegion {
		at.region, at.district = outage.Region(region), ""
	}
	if otherDistrict {
		at.district = outage.District(district)
	}
	return at, nil
}

// field is what the fields of a place in the counters of a minute begin with.
func (of PlaceOf) field(service string, country outage.Country, at where) string {
	return service + "|" + string(country) + "|" + of.pack(at) + "|"
}
