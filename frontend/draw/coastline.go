package draw

import (
	"encoding/json"
	"fmt"
)

// landFiner is how many times finer than the map the lines of the land are that
// a closer look needs. It is that of the cells of the whole country, which then
// lie exactly along them.
const coastlineFiner = 4

// landAnswer is the land as paths.
type coastlineAnswer struct {
	Finer   float64 `json:"finer"`
	Coast   string  `json:"coast"`
	Borders string  `json:"borders"`
}

// landLines is the land as JSON.
func (c *Projection) CoastlineJSON() ([]byte, error) {
	answer := coastlineAnswer{Finer: coastlineFiner}
	answer.Borders, answer.Coast = c.lines(coastlineFiner)
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("writing the lines of the land: %w", err)
	}
	return body, nil
}
