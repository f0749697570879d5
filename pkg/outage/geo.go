package outage

import (
	"fmt"
	"math"
	"strconv"
)

// Region is a code of a country's tables: the code of the country, a hyphen and the
// code within it. The empty Region is that of a report without a place.
type Region string

// District is a code of a country's table of districts, which lie within regions.
// The empty District is that of a place whose district is not known.
type District string

// Area is a part of the world that counts can be asked about: a country, "" for all, or
// one region or one district of it.
type Area struct {
	Country  Country
	Region   Region
	District District
}

// AreaOf is a region as an area.
func AreaOf(region Region) Area { return Area{Country: region.Country(), Region: region} }

// Whole reports whether the area is a country as a whole, or all countries.
func (a Area) Whole() bool { return a.Region == "" && a.District == "" }

// LatLng is a point in degrees, latitude first as in H3.
type LatLng struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Kilometres is the great-circle distance of two points by the haversine formula.
func Kilometres(a, b LatLng) float64 {
	const earth, radian = 6371, math.Pi / 180
	dLat, dLng := (b.Lat-a.Lat)*radian/2, (b.Lng-a.Lng)*radian/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(a.Lat*radian)*math.Cos(b.Lat*radian)*math.Sin(dLng)*math.Sin(dLng)
	return 2 * earth * math.Asin(math.Sqrt(h))
}

// Resolutions between which places are published. A report is kept at CellFine and
// nothing finer exists anywhere; CellCoarse is the largest cell that is shown.
const (
	CellFine   = 6
	CellCoarse = 3
)

// Cell is an H3 index: a uint64 inside, lower-case hexadecimal on the wire.
// The zero Cell means "unplaced".
//
// The arithmetic on cells here is that of the H3 index layout (mode and
// resolution in the high bits, then three bits for each of 15 digits), so that
// a stage can climb from a cell to its parents without the H3 library.
// https://h3geo.org/docs/core-library/h3Indexing
type Cell uint64

const (
	cellResolutionShift = 52
	cellDigitBits       = 3
	cellDigits          = 15
)

// String is the cell in lower-case hexadecimal, or "" for the zero cell.
func (c Cell) String() string {
	if c == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(c), 16)
}

// MarshalText writes the cell as String does.
func (c Cell) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote. It checks the notation only; that
// the index is a valid H3 cell is for package cell to say.
func (c *Cell) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = 0
		return nil
	}
	index, err := strconv.ParseUint(string(text), 16, 64)
	if err != nil {
		return fmt.Errorf("reading cell %q: not a hexadecimal H3 index", text)
	}
	*c = Cell(index)
	return nil
}

// Resolution is the H3 resolution of the cell, 0 to 15.
func (c Cell) Resolution() int { return int(c>>cellResolutionShift) & 0xf }

// Parent is the cell of the given, coarser or equal resolution that contains c
// in the H3 hierarchy. The parent of the zero cell is the zero cell.
func (c Cell) Parent(resolution int) Cell {
	if c == 0 || resolution >= c.Resolution() {
		return c
	}
	unused := Cell(1)<<(cellDigitBits*(cellDigits-resolution)) - 1
	return c&^(0xf<<cellResolutionShift) | Cell(resolution)<<cellResolutionShift | unused
}
