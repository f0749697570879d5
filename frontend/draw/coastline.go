package draw

import (
	"encoding/json"
	"fmt"
)

// coastlineFiner is how many times finer the coastline for closer zoom levels is than
// the map. It equals that of the cells of the whole country, which therefore lie
// exactly along the lines.
const coastlineFiner = 4

// coastlineAnswer is the coastline and the borders as paths.
type coastlineAnswer struct {
	Finer   float64 `json:"finer"`
	Coast   string  `json:"coast"`
	Borders string  `json:"borders"`
}

// CoastlineJSON is the coastline as JSON.
func (c *Projection) CoastlineJSON() ([]byte, error) {
	answer := coastlineAnswer{Finer: coastlineFiner}
	answer.Borders, answer.Coast = c.lines(coastlineFiner)
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("writing the lines of the land: %w", err)
	}
	return body, nil
}
