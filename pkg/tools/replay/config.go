package replay

import (
	"fmt"
	"net/url"
	"strconv"
)

// Config are the settings of a replay, with the defaults and help texts of the
// command line.
type Config struct {
	Name   string `arg:"" help:"Name of the scenario."`
	To     string `help:"Address of the server." required:"" placeholder:"URL"`
	At     string `help:"original: import it as of its own day. now: move it so that the outage begins now." enum:"original,now" default:"original"`
	Speed  string `help:"With --at now, how fast the outage plays: 1, 60 or max." enum:"1,60,max" default:"1"`
	APIKey string `help:"Key of the server's key file; DOWNPOUR_API_KEY in the environment." name:"api-key" hidden:""`
}

// Validate names the flag at fault.
func (c *Config) Validate() error {
	target, err := url.Parse(c.To)
	if err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Host == "" {
		return fmt.Errorf("--to: must be an http(s):// address")
	}
	return nil
}

// speed is how many minutes of the script play in one; 0 has no limit.
func (c *Config) speed() float64 {
	speed, err := strconv.ParseFloat(c.Speed, 64)
	if err != nil {
		return 0 // max
	}
	return speed
}
