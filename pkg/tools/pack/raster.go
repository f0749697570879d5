package pack

import (
	"maps"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// raster is areas as cells.
type raster struct {
	fine map[outage.Cell]string // each fine cell whose middle lies in an area
	land map[outage.Cell]string // cells of resolution 6
	mix  map[outage.Cell]bool   // of these, those beside or among cells of other areas
	most map[outage.Cell]string // the area that has most of each cell of resolution 6
}

// rasterise fills areas with cells of resolution 6 and of a finer one. Where areas
// overlap, the first one has the cells.
func rasterise(areas []area, resolution int) (*raster, error) {
	r := &raster{
		fine: map[outage.Cell]string{}, land: map[outage.Cell]string{}, mix: map[outage.Cell]bool{}, most: map[outage.Cell]string{},
	}
	for _, a := range areas {
		for into, at := range map[*map[outage.Cell]string]int{&r.fine: resolution, &r.land: outage.CellFine} {
			cells, err := cellsIn(a.shape, at)
			if err != nil {
				return nil, err
			}
			for _, cell := range cells {
				if _, taken := (*into)[cell]; !taken {
					(*into)[cell] = a.code
				}
			}
		}
	}
	return r, r.count()
}

// count finds the area that has most of each cell, which decides for a cell at the coast
// whose middle lies in none.
func (r *raster) count() error {
	counts := map[outage.Cell]map[string]int{}
	for cell, code := range r.fine {
		coarse, err := coarseOf(cell)
		if err != nil {
			return err
		}
		if counts[coarse] == nil {
			counts[coarse] = map[string]int{}
		}
		counts[coarse][code]++
	}
	for cell, of := range counts {
		for _, code := range slices.Sorted(maps.Keys(of)) {
			if r.most[cell] == "" || of[code] > of[r.most[cell]] {
				r.most[cell] = code
			}
		}
		if r.land[cell] == "" {
			r.land[cell] = r.most[cell]
		}
	}
	for cell, code := range r.land {
		disk, err := around(cell)
		if err != nil {
			return err
		}
		r.mix[cell] = len(counts[cell]) > 1 || slices.ContainsFunc(disk, func(near outage.Cell) bool {
			return r.land[near] != "" && r.land[near] != code
		})
	}
	return nil
}

// coarseOf is the cell of resolution 6 around the middle of a cell, which need not be its
// parent: cells do not nest exactly.
func coarseOf(cell outage.Cell) (outage.Cell, error) {
	middle, err := center(cell)
	if err != nil {
		return 0, err
	}
	return cellAt(middle, outage.CellFine)
}

// border are the fine cells whose area is not that of the cell of resolution 6 around
// their middle or one of their corners.
func (r *raster) border() (map[string][]outage.Cell, error) {
	out := map[string][]outage.Cell{}
	for cell, code := range r.fine {
		coarse, err := coarseOf(cell)
		if err != nil {
			return nil, err
		}
		if !r.mix[coarse] {
			continue
		}
		points, err := corners(cell)
		if err != nil {
			return nil, err
		}
		for _, point := range points {
			at, err := cellAt(point, outage.CellFine)
			if err != nil {
				return nil, err
			}
			if of := r.land[at]; of != "" && of != code {
				out[code] = append(out[code], cell)
				break
			}
		}
	}
	return out, nil
}

// byCode turns a table of cells round.
func byCode(cells map[outage.Cell]string) map[string][]outage.Cell {
	out := map[string][]outage.Cell{}
	for cell, code := range cells {
		out[code] = append(out[code], cell)
	}
	return out
}

// line is a row of a table of cells.
type line struct {
	cell outage.Cell
	code string
}

// compacted are the rows of a table of cells, in order.
func compacted(byCode map[string][]outage.Cell, coarsest int) ([]line, error) {
	var lines []line
	for code, cells := range byCode {
		joined, err := compact(cells, coarsest)
		if err != nil {
			return nil, err
		}
		for _, cell := range joined {
			lines = append(lines, line{cell, code})
		}
	}
	slices.SortFunc(lines, func(a, b line) int {
		if a.cell < b.cell {
			return -1
		}
		return 1
	})
	return lines, nil
}
