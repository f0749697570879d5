package country

import "github.com/open-downpour/downpour/pkg/outage"

// CellRegion is a cell that belongs to one region as a whole.
type CellRegion struct {
	Cell   outage.Cell
	Region outage.Region
}

// CellDistrict is a cell and the district that has most of it.
type CellDistrict struct {
	Cell     outage.Cell
	District outage.District
}

// Region is a region and its names.
type Region struct {
	Code  outage.Region
	Names map[string]string // by language
}

// District is a district, its region and its names.
type District struct {
	Code   outage.District
	Region outage.Region
	Names  map[string]string // by language
	Others []string          // further English names
}

// Code is a postal code, or the start of some. The region is its own, and empty where
// it is only known to lie in the country; then there is no cell either.
type Code struct {
	Name     string
	Cell     outage.Cell
	Region   outage.Region
	District outage.District
}

// The kinds of places, from the largest to the smallest.
const (
	KindCountry  = "country"
	KindRegion   = "region"
	KindCounty   = "county"
	KindDistrict = "district"
	KindLocality = "locality"
)

// The extents of places: how exactly one is known, and so the level at which it counts.
const (
	ExtentCountry  = "country"
	ExtentRegion   = "region"   // without a cell
	ExtentDistrict = "district" // without a cell
	ExtentCell     = "cell"
)

// Place is the name of a region, a county, a district or a locality.
type Place struct {
	Name       string
	Others     []Alias // further names
	Kind       string
	Region     outage.Region
	District   outage.District
	Cell       outage.Cell
	Extent     string
	Population int // 0 where it is not known
}

// Point is a point whose region is known.
type Point struct {
	Name   string
	At     outage.LatLng
	Region outage.Region
}

// City is a town or city. Its region is its own, and empty where it is that of the cell.
type City struct {
	Name       string
	Cell       outage.Cell
	Region     outage.Region
	Population int
}

// Alias is a further name of a place or a city. Language is that of the name where it
// is the usual one there, and empty for an old or otherwise spelled one.
type Alias struct {
	Of, Language, Name string
}
