package public

import (
	"context"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// memory is a source of counts that a test wrote down by minute.
type memory []outage.Count

func (m memory) Counts(_ context.Context, query outage.Query) ([]outage.Count, error) {
	sums := outage.Sums{}
	for _, count := range m {
		if query.Span.Contains(count.Start) && query.ByNetwork == (count.Network != "") {
			sums.Add(count, query)
		}
	}
	return sums.Counts(), nil
}

// Span says that the hot window holds all that the tests write down.
func (memory) Span() outage.Span { return outage.Span{From: ten - 900, To: ten + 900} }

// kolkata is the cell of resolution 3 under which the tests place reports in
// India, west and north its neighbours in the hierarchy, london one in the
// United Kingdom.
var (
	kolkata = outage.Cell(0x863cf2c67ffffff).Parent(outage.CellCoarse)
	west    = sibling(kolkata, 1)
	london  = outage.Cell(0x86194ad37ffffff).Parent(outage.CellCoarse)
)

// below is the child of a cell that the digits lead to, one resolution finer
// for each.
func below(cell outage.Cell, digits ...int) outage.Cell {
	for _, digit := range digits {
		resolution := cell.Resolution() + 1
		shift := 3 * (15 - resolution)
		cell = cell&^(0xf<<52)&^(7<<shift) | outage.Cell(resolution)<<52 | outage.Cell(digit)<<shift
	}
	return cell
}

// sibling is another child of the cell's parent.
func sibling(cell outage.Cell, offset int) outage.Cell {
	shift := 3 * (15 - cell.Resolution())
	digit := (int(cell>>shift)&7 + offset) % 7
	return cell&^(7<<shift) | outage.Cell(digit)<<shift
}

// regionOf cuts kolkata's cell between two regions, as a border would, and
// leaves the other cells whole.
func regionOf(cell outage.Cell) outage.Region {
	switch cell.Parent(outage.CellCoarse) {
	case kolkata:
		if int(cell>>(3*(15-4)))&7 < 4 {
			return "IN-WB"
		}
		return "IN-JH"
	case west:
		return "IN-JH"
	}
	return "GB-TLI"
}

// districtOf divides the regions of kolkata by the cells of resolution 5, and knows no
// district elsewhere.
func districtOf(cell outage.Cell) (outage.Region, outage.District) {
	if cell == 0 || cell.Parent(outage.CellCoarse) != kolkata || cell.Resolution() < 5 {
		return regionOf(cell), ""
	}
	parts := []outage.District{"-a", "-b", ""}
	part := parts[int(cell>>(3*(15-5)))&7%len(parts)]
	if part == "" {
		return regionOf(cell), ""
	}
	return regionOf(cell), outage.District(regionOf(cell)) + part
}

const ten = outage.Minute(29_724_360) // 2026-07-07T10:00Z, where a quarter hour starts

// everyLevel are all levels of the public table.
const everyLevel = outage.NodeSet(1<<outage.NodeLevels - 1)

// live is n problem reports in a cell, or without a place, in India, which came
// as they were made, each from a network of its own.
func live(start outage.Minute, cell outage.Cell, n int64) outage.Count {
	count := problems(start, cell, n)
	count.Keyed, count.Nodes = 0, everyLevel.Counts(n)
	return count
}

// problems is the same brought by an importer, all of them judged.
func problems(start outage.Minute, cell outage.Cell, n int64) outage.Count {
	count := outage.Count{
		Service: "whatsapp", Country: countrytest.IN, Kind: outage.Problem, Cell: cell, Start: start, N: n, Keyed: n, Judged: float64(n),
	}
	if cell != 0 {
		count.Region = regionOf(cell)
		count.Country = count.Region.Country()
	}
	return count
}

// readAt is a reader over counts whose clock stands at the start of a minute.
func readAt(now outage.Minute, counts ...outage.Count) *Reader {
	return New(Config{Hot: memory(counts), Now: func() time.Time { return now.Time() }})
}

func (r *Reader) mustHeatmap(t *testing.T, service string, country outage.Country, resolution int, span outage.Span) Heatmap {
	t.Helper()
	heatmap, err := r.Snapshot().Heatmap(context.Background(), service, country, resolution, span)
	if err != nil {
		t.Fatal(err)
	}
	return heatmap
}

// mustPlaces is the table of districts, which adds up.
func (r *Reader) mustPlaces(t *testing.T, service string, country outage.Country, span outage.Span) map[outage.District]int64 {
	t.Helper()
	table, err := r.Snapshot().Places(context.Background(), service, country, outage.LevelDistrict, span)
	if err != nil {
		t.Fatal(err)
	}
	places, sum := map[outage.District]int64{}, table.Unplaced+table.Withheld
	for _, place := range table.Places {
		places[place.District] = place.Reports
		sum += place.Reports
	}
	if sum != table.Total || table.Withheld < 0 || table.Unplaced < 0 {
		t.Errorf("%q %q %v: places, %d withheld and %d unplaced are %d of %d", service, country, span, table.Withheld, table.Unplaced, sum, table.Total)
	}
	return places
}

func (r *Reader) mustRegions(t *testing.T, service string, country outage.Country, span outage.Span) map[outage.Region]int64 {
	t.Helper()
	regions, err := r.Snapshot().Regions(context.Background(), service, country, span)
	if err != nil {
		t.Fatal(err)
	}
	reports := map[outage.Region]int64{}
	for _, region := range regions {
		reports[region.Region] = region.Reports
	}
	return reports
}

func byCell(heatmap Heatmap) map[outage.Cell]int64 {
	reports := map[outage.Cell]int64{}
	for _, cell := range heatmap.Cells {
		reports[cell.Cell] = cell.Reports
	}
	return reports
}
