package api

import (
	"math"
	"slices"
	"strconv"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
)

// ringDecimals rounds corners of cells to about a metre.
const ringDecimals = 1e5

type featureJSON struct {
	Type       string       `json:"type"`
	ID         outage.Cell  `json:"id"`
	Geometry   polygonJSON  `json:"geometry"`
	Properties heatCellJSON `json:"properties"`
}

type polygonJSON struct {
	Type        string         `json:"type"`
	Coordinates [][][2]float64 `json:"coordinates"`
}

type featuresJSON struct {
	Type string `json:"type"`
	heatSummary
	Features []featureJSON `json:"features"`
}

// newGeoJSON is a response with a FeatureCollection (RFC 7946).
func (a *API) newGeoJSON(summary heatSummary, cells []heatCellJSON) (*answer, error) {
	collection := featuresJSON{Type: "FeatureCollection", heatSummary: summary, Features: make([]featureJSON, 0, len(cells))}
	for _, cell := range cells {
		collection.Features = append(collection.Features, featureJSON{
			Type:       "Feature",
			ID:         *cell.Cell,
			Geometry:   polygonJSON{Type: "Polygon", Coordinates: [][][2]float64{ring(a.config.Shapes.Boundary(*cell.Cell))}},
			Properties: cell,
		})
	}
	made, err := a.newJSON(collection)
	if err != nil {
		return nil, err
	}
	made.Meta.contentType = typeGeoJSON
	return made, nil
}

// ring turns an outline into a linear ring: longitude first, closed, and
// counter-clockwise as the right-hand rule has it. This is the one place where
// longitude comes first.
func ring(outline []outage.LatLng) [][2]float64 {
	points := make([][2]float64, 0, len(outline)+1)
	for _, corner := range outline {
		points = append(points, [2]float64{
			math.Round(corner.Lng*ringDecimals) / ringDecimals,
			math.Round(corner.Lat*ringDecimals) / ringDecimals,
		})
	}
	if clockwise(points) {
		slices.Reverse(points)
	}
	if len(points) > 0 {
		points = append(points, points[0])
	}
	return points
}

// clockwise is the direction of an open ring, by the sign of its area (shoelace formula).
func clockwise(points [][2]float64) bool {
	area := 0.0
	for i, here := range points {
		next := points[(i+1)%len(points)]
		area += here[0]*next[1] - next[0]*here[1]
	}
	return area < 0
}

// newCSV is a response with a line for each cell.
func (a *API) newCSV(summary heatSummary, cells []heatCellJSON) (*answer, error) {
	records := make([][]string, 0, len(cells))
	for _, cell := range cells {
		center := a.config.Shapes.Center(*cell.Cell)
		records = append(records, []string{
			cell.Cell.String(), degrees(center.Lat), degrees(center.Lng), code(cell.Region), strconv.FormatInt(cell.Reports, 10),
			decimal(cell.Expected), decimal(cell.Ratio), string(cell.Status),
		})
	}
	body, err := csvtable.Encode([]string{"cell", "lat", "lng", "region", "reports", "expected", "ratio", "status"}, records)
	if err != nil {
		return nil, err
	}
	made := a.newAnswer(typeCSV+"; charset=utf-8", body)
	made.Meta.headers = summaryHeaders(summary, "downpour-heatmap")
	return made, nil
}

// degrees keeps five decimals, about a metre.
func degrees(value float64) string {
	return strconv.FormatFloat(math.Round(value*ringDecimals)/ringDecimals, 'f', -1, 64)
}

func decimal(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(*value, 'f', -1, 64)
}
