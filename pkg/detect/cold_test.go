package detect_test

import (
	"flag"
	"testing"

	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
)

var coldStarts = flag.Uint64("cold-starts", 5, "first days to try")

// A server that starts without history opens nothing for its first two days,
// whatever the hour at which it starts.
func TestColdStartIsQuiet(t *testing.T) {
	geography := celltest.Geography(t)
	const start = outage.Minute(28934880) // a Monday, 00:00 UTC
	for seed := range *coldStarts {
		c := newCrowd(geography, 100+seed)
		for i, rate := range []float64{.1, .5, 2, 8} {
			for _, country := range outage.Countries() {
				c.ordinary(string(rune('a'+i)), country, rate, "")
			}
		}
		line := engine.New(engine.DefaultConfig(geography))
		from := start + outage.Minute(seed*260)
		for m := from; m < from+2*1440; m++ {
			changes, err := line.Tick(m, c.minute(m, special{}))
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range changes {
				t.Errorf("seed %d, %d minutes in: %s", 100+seed, m-from, told(got))
			}
		}
	}
}
