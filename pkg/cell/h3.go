package cell

import (
	"fmt"

	"github.com/uber/h3-go/v4"

	"github.com/open-downpour/downpour/pkg/outage"
)

// rings is how far, in cells of resolution 6 (about 6 km from centre to
// centre), a place may lie from the tables and still belong to a region.
const rings = 3

func cellAt(point outage.LatLng, resolution int) (outage.Cell, error) {
	found, err := h3.LatLngToCell(h3.LatLng(point), resolution)
	return outage.Cell(found), err
}

func valid(cell outage.Cell) bool { return h3.Cell(cell).IsValid() }

func center(cell outage.Cell) (outage.LatLng, error) {
	point, err := h3.Cell(cell).LatLng()
	return outage.LatLng(point), err
}

func boundary(cell outage.Cell) ([]outage.LatLng, error) {
	ring, err := h3.Cell(cell).Boundary()
	return points(ring), err
}

// ring is the set of cells exactly k steps from origin. It uses the call that
// copes with pentagons, whose cells it gives by distance.
func ring(origin outage.Cell, k int) ([]outage.Cell, error) {
	byDistance, err := h3.Cell(origin).GridDiskDistancesSafe(k)
	if err != nil {
		return nil, err
	}
	return fromH3(byDistance[k]), nil
}

// children are the descendants of a cell at a resolution that is not coarser.
func children(cell outage.Cell, resolution int) ([]outage.Cell, error) {
	below, err := h3.Cell(cell).Children(resolution)
	return fromH3(below), err
}

// uncompact replaces each cell by its descendants at the given resolution.
func uncompact(cells []outage.Cell, resolution int) ([]outage.Cell, error) {
	if len(cells) == 0 {
		return nil, nil
	}
	below, err := h3.UncompactCells(toH3(cells), resolution)
	return fromH3(below), err
}

// kilometres is the great-circle distance between two points.
func kilometres(a, b outage.LatLng) float64 {
	return h3.GreatCircleDistanceKm(h3.LatLng(a), h3.LatLng(b))
}

// outline is the edge of a set of distinct cells of one resolution.
func outline(cells []outage.Cell) ([]Polygon, error) {
	shapes, err := h3.CellsToMultiPolygon(toH3(cells))
	if err != nil {
		return nil, fmt.Errorf("joining %d cells: %w", len(cells), err)
	}
	polygons := make([]Polygon, 0, len(shapes))
	for _, shape := range shapes {
		polygon := Polygon{points(shape.GeoLoop)}
		for _, hole := range shape.Holes {
			polygon = append(polygon, points(hole))
		}
		polygons = append(polygons, polygon)
	}
	return polygons, nil
}

func points[Ring ~[]h3.LatLng](ring Ring) []outage.LatLng {
	out := make([]outage.LatLng, len(ring))
	for i, point := range ring {
		out[i] = outage.LatLng(point)
	}
	return out
}

func toH3(cells []outage.Cell) []h3.Cell {
	out := make([]h3.Cell, len(cells))
	for i, cell := range cells {
		out[i] = h3.Cell(cell)
	}
	return out
}

func fromH3(cells []h3.Cell) []outage.Cell {
	out := make([]outage.Cell, len(cells))
	for i, cell := range cells {
		out[i] = outage.Cell(cell)
	}
	return out
}
