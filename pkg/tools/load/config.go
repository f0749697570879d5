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
	Mix      Mix           `help:"What is sent: 'crowd' is as people report, few services and large cities most, with repeats, retries, other kinds and undo; 'even' draws all alike." enum:"crowd,even" default:"crowd"`
	Readers  int           `help:"How many people read pages, lists and maps meanwhile, as browsers do." default:"0"`
	Streams  int           `help:"How many streams of events are open meanwhile." default:"0"`
	Clients  int           `help:"Distinct addresses to send from." default:"10000"`
	Open     int           `help:"Most reports under way at a time; others wait, which is part of their latency." name:"connections" default:"2000"`
	Timeout  time.Duration `help:"Longest wait for an answer, and for a connection." default:"15s"`
	Seed     uint64        `help:"Seed of the random reports." default:"1"`
	Ledger   string        `help:"File for a line of JSON for each answer, for load-check." type:"path" placeholder:"FILE"`
	APIKey   string        `help:"Key to send along." name:"api-key" hidden:""`
}

// Mix is how reports are drawn.
type Mix string

// The mixes. The zero value is Even.
const (
	Crowd Mix = "crowd"
	Even  Mix = "even"
)

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
	case c.Readers < 0:
		return fmt.Errorf("--readers: must not be below 0")
	case c.Streams < 0:
		return fmt.Errorf("--streams: must not be below 0")
	case c.Clients < 1 || c.Clients > maxClients:
		return fmt.Errorf("--clients: must be between 1 and %d", maxClients)
	case c.Open < 1:
		return fmt.Errorf("--connections: must be at least 1")
	}
	return nil
}
