package backtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// carriers relates the services of these tests.
type carriers struct{}

func (carriers) Service(slug string) (outage.Service, bool) {
	category := map[string]string{"jio": "mobile", "airtel": "mobile"}[slug]
	return outage.Service{Slug: slug, Category: category}, category != ""
}

// networkDays are three days of three services, in the last of which most customers of
// one network reach none of them. The networks of the rows are those that name gives.
func networkDays(header string, name func(random *rand.Rand, out bool) string) string {
	var text strings.Builder
	random := rand.New(rand.NewPCG(3, 3))
	fmt.Fprintln(&text, header)
	from := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
	for minute := range 3 * 1440 {
		out := minute >= 2*1440+600 && minute < 2*1440+650
		for _, service := range []string{"bank", "chat", "video"} {
			rows := min(1, random.IntN(4))
			if out {
				rows = 12
			}
			for range rows {
				fmt.Fprintf(&text, "%s,%s,IN,1,1%s\n", from.Add(time.Duration(minute)*time.Minute).Format(time.RFC3339), service, name(random, out))
			}
		}
	}
	return text.String()
}

func verdicts(t *testing.T, text string) (all map[string]outage.Verdict, out []byte) {
	t.Helper()
	var lines bytes.Buffer
	options := Options{Relations: carriers{}, Warmup: 48 * time.Hour, Workers: 1}
	if err := Run(context.Background(), options, celltest.Geography(t), strings.NewReader(text), &lines); err != nil {
		t.Fatal(err)
	}
	all = map[string]outage.Verdict{}
	for line := range strings.Lines(lines.String()) {
		var in struct {
			Service string
			Verdict outage.Verdict
		}
		if err := json.Unmarshal([]byte(line), &in); err != nil {
			t.Fatal(err)
		}
		all[in.Service] = in.Verdict
	}
	return all, lines.Bytes()
}

// TestNetworkColumn: with it the three services are collateral of a network that nobody
// reports; without it, and with an empty one, each is its own cause.
func TestNetworkColumn(t *testing.T) {
	const header = "timestamp,service,country,reporters,n"
	draw := func(random *rand.Rand, out bool) string {
		if at := random.Float64(); out && at < .9 || at < .4 {
			return ",jio"
		}
		return ",airtel"
	}
	named, _ := verdicts(t, networkDays(header+",network", draw))
	without, plain := verdicts(t, networkDays(header, func(random *rand.Rand, out bool) string { draw(random, out); return "" }))
	_, empty := verdicts(t, networkDays(header+",network", func(random *rand.Rand, out bool) string { draw(random, out); return "," }))
	for _, service := range []string{"bank", "chat", "video"} {
		if named[service] != outage.LikelyCollateral || without[service] != outage.LikelyCause {
			t.Errorf("%s is %q with networks, and %q without", service, named[service], without[service])
		}
	}
	if !bytes.Equal(plain, empty) {
		t.Error("an empty column changes the output")
	}
}
