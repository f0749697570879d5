package load

import (
	"fmt"
	"net/url"
	"time"
)

// Config are the settings of a run, with the defaults and help texts of the
// command line.
type Config struct {
	To       string        `help:"Address of the server." required:"" placeholder:"URL"`
	Rate     float64       `help:"Reports to send in a second; 0 sends on each connection the next report when the last one is answered." default:"100"`
	Duration time.Duration `help:"How long to send." default:"10s"`
	Clients  int           `help:"Distinct addresses to send from." default:"10000"`
	Open     int           `help:"Most requests under way at a time; beyond it a report is an error." name:"connections" default:"2000"`
	Timeout  time.Duration `help:"Longest wait for an answer." default:"15s"`
	Seed     uint64        `help:"Seed of the random reports." default:"1"`
	APIKey   string        `help:"Key to send along." name:"api-key" hidden:""`
}

// Validate names the flag at fault.
func (c *Config) Validate() error {
	target, err := url.Parse(c.To)
	switch {
	case err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Host == "":
		return fmt.Errorf("--to: must be an http(s):// address")
	case !(c.Rate >= 0) || c.Rate > 1e6:
		return fmt.Errorf("--rate: must be 0 to a million")
	case c.Duration <= 0:
		return fmt.Errorf("--duration: must be above 0")
	case c.Clients < 1 || c.Clients > maxClients:
		return fmt.Errorf("--clients: must be between 1 and %d", maxClients)
	case c.Open < 1:
		return fmt.Errorf("--connections: must be at least 1")
	}
	return nil
}
