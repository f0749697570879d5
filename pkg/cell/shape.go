package cell

import (
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Valid reports whether a cell is a true H3 cell, of any resolution.
func (g *Geography) Valid(cell outage.Cell) bool { return valid(cell) }

// Parse reads a cell as it is written on the wire: hexadecimal, in either case,
// without a prefix. The error is of type *outage.Error on field "cell".
func (g *Geography) Parse(text string) (outage.Cell, error) {
	var cell outage.Cell
	err := cell.UnmarshalText([]byte(text))
	if err != nil || cell.String() != strings.ToLower(text) || !valid(cell) {
		return 0, outage.Invalid("cell", "The cell is not an H3 index.")
	}
	return cell, nil
}

// Center is the middle of a cell, the zero point for what is not a cell.
func (g *Geography) Center(cell outage.Cell) outage.LatLng {
	point, err := center(cell)
	if err != nil || !valid(cell) { // the library computes a centre for some that are not
		return outage.LatLng{}
	}
	return point
}

// Boundary is the edge of a cell as an open ring, counter-clockwise: six
// corners, and a few more where the cell crosses an edge of the icosahedron.
// It is nil for what is not a cell.
func (g *Geography) Boundary(cell outage.Cell) []outage.LatLng {
	ring, err := boundary(cell)
	if err != nil || !valid(cell) {
		return nil
	}
	return ring
}
