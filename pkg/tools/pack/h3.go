package pack

import (
	"slices"

	"github.com/uber/h3-go/v4"

	"github.com/open-downpour/downpour/pkg/outage"
)

// cellsIn are the cells of a resolution whose middle lies in a shape.
func cellsIn(shape shape, resolution int) ([]outage.Cell, error) {
	var all []outage.Cell
	for _, polygon := range shape {
		outline := h3.GeoPolygon{GeoLoop: loop(polygon[0])}
		for _, hole := range polygon[1:] {
			outline.Holes = append(outline.Holes, loop(hole))
		}
		cells, err := h3.PolygonToCells(outline, resolution)
		if err != nil {
			return nil, err
		}
		for _, cell := range cells {
			all = append(all, outage.Cell(cell))
		}
	}
	return all, nil
}

func loop(ring []outage.LatLng) h3.GeoLoop {
	out := make(h3.GeoLoop, len(ring))
	for i, point := range ring {
		out[i] = h3.LatLng(point)
	}
	return out
}

func cellAt(point outage.LatLng, resolution int) (outage.Cell, error) {
	cell, err := h3.LatLngToCell(h3.LatLng(point), resolution)
	return outage.Cell(cell), err
}

func center(cell outage.Cell) (outage.LatLng, error) {
	point, err := h3.Cell(cell).LatLng()
	return outage.LatLng(point), err
}

func valid(cell outage.Cell) bool { return h3.Cell(cell).IsValid() }

// corners are the middle and the corners of a cell.
func corners(cell outage.Cell) ([]outage.LatLng, error) {
	middle, err := center(cell)
	if err != nil {
		return nil, err
	}
	ring, err := h3.Cell(cell).Boundary()
	points := []outage.LatLng{middle}
	for _, corner := range ring {
		points = append(points, outage.LatLng(corner))
	}
	return points, err
}

// around are a cell and its neighbours.
func around(cell outage.Cell) ([]outage.Cell, error) {
	disk, err := h3.Cell(cell).GridDisk(1)
	cells := make([]outage.Cell, len(disk))
	for i := range disk {
		cells[i] = outage.Cell(disk[i])
	}
	return cells, err
}

// compact replaces the children of whole cells by those cells, down to a resolution.
func compact(cells []outage.Cell, coarsest int) ([]outage.Cell, error) {
	if len(cells) == 0 {
		return nil, nil
	}
	fine := make([]h3.Cell, len(cells))
	for i := range cells {
		fine[i] = h3.Cell(cells[i])
	}
	joined, err := h3.CompactCells(fine)
	if err != nil {
		return nil, err
	}
	var out []outage.Cell
	for _, cell := range joined {
		if cell.Resolution() >= coarsest {
			out = append(out, outage.Cell(cell))
			continue
		}
		parts, err := cell.Children(coarsest)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			out = append(out, outage.Cell(part))
		}
	}
	slices.Sort(out)
	return out, nil
}
