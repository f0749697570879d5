package pack

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/open-downpour/downpour/pkg/outage"
)

// shape is a number of polygons: an outer ring and its holes each, open.
type shape [][][]outage.LatLng

// area is a feature of a file of boundaries.
type area struct {
	code       string
	properties map[string]string
	shape      shape
}

// readAreas reads a FeatureCollection of polygons. Each feature needs the properties code
// and en, its English name.
func readAreas(files fs.FS, name string) ([]area, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var file struct {
		Features []struct {
			Properties map[string]any `json:"properties"`
			Geometry   struct {
				Type        string          `json:"type"`
				Coordinates json.RawMessage `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	areas := make([]area, 0, len(file.Features))
	for i, feature := range file.Features {
		a := area{properties: map[string]string{}}
		for key, value := range feature.Properties {
			if text, ok := value.(string); ok {
				a.properties[key] = text
			}
		}
		a.code = a.properties["code"]
		if a.code == "" || a.properties["en"] == "" {
			return nil, fmt.Errorf("reading %s: feature %d has no properties code and en", name, i+1)
		}
		if a.shape, err = readShape(feature.Geometry.Type, feature.Geometry.Coordinates); err != nil {
			return nil, fmt.Errorf("reading %s: %s: %w", name, a.code, err)
		}
		areas = append(areas, a)
	}
	return areas, nil
}

// readShape reads coordinates, in which the longitude stands first.
func readShape(kind string, coordinates json.RawMessage) (shape, error) {
	var polygons [][][][]float64
	switch kind {
	case "Polygon":
		var one [][][]float64
		if err := json.Unmarshal(coordinates, &one); err != nil {
			return nil, err
		}
		polygons = append(polygons, one)
	case "MultiPolygon":
		if err := json.Unmarshal(coordinates, &polygons); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("%q is neither a Polygon nor a MultiPolygon", kind)
	}
	var out shape
	for _, polygon := range polygons {
		var rings [][]outage.LatLng
		for _, ring := range polygon {
			points, err := readRing(ring)
			if err != nil {
				return nil, err
			}
			rings = append(rings, points)
		}
		if len(rings) > 0 {
			out = append(out, rings)
		}
	}
	return out, nil
}

func readRing(ring [][]float64) ([]outage.LatLng, error) {
	points := make([]outage.LatLng, 0, len(ring))
	for _, position := range ring {
		if len(position) < 2 || position[1] < -90 || position[1] > 90 || position[0] < -180 || position[0] > 180 {
			return nil, fmt.Errorf("%v is no longitude and latitude", position)
		}
		points = append(points, outage.LatLng{Lat: position[1], Lng: position[0]})
	}
	if last := len(points) - 1; last > 0 && points[0] == points[last] {
		points = points[:last]
	}
	const triangle = 3
	if len(points) < triangle {
		return nil, fmt.Errorf("a ring has %d corners", len(points))
	}
	return points, nil
}
