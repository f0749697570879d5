package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// A few must not look like many, and many behind few networks must not look like
// a few. Both go the whole way here: through intake, caps and detector.

var attackRuns = flag.Int("attack-runs", 3, "how often each attacker tries to open an incident; from 100 on with all of the attacks")

// thorough reports whether all attacks are asked for, and not only those that
// take seconds.
func thorough() bool { return *attackRuns >= 100 }

// ordinaryMeans are the ordinary reports a minute of the services under attack.
var ordinaryMeans = []float64{.005, .1, .5, 8, 40}

// attacker sends reports of a service with few others from addresses of its own.
type attacker struct {
	name    string
	old     bool               // attacks a server that has listened for four weeks
	train   func(*pipeline)    // what it does in these weeks; nil for nothing
	address func(i int) string // of its i-th report
	n       func(*rand.Rand) int
	within  func(*rand.Rand) time.Duration
}

// burst is an attack of 20 to 300 reports within half an hour.
func burst(drawn *rand.Rand) int { return 20 + drawn.IntN(280) }

func upToHalfAnHour(drawn *rand.Rand) time.Duration {
	return time.Duration(1+drawn.IntN(30)) * time.Minute
}

func attackers(drawn *rand.Rand) []attacker {
	all := []attacker{
		{name: "one host", old: true, address: func(int) string { return "81.7.1.1" }},
		{name: "one host, new server", address: func(int) string { return "81.7.1.1" }},
		{name: "one /24", old: true, address: func(int) string { return fmt.Sprintf("81.7.1.%d", drawn.IntN(256)) }},
		{name: "20 networks of a listed hoster", old: true, address: func(int) string { return fmt.Sprintf("5.9.%d.%d", 11*drawn.IntN(20), drawn.IntN(256)) }},
		{name: "20 networks of one hoster", old: true, address: func(int) string { return fmt.Sprintf("46.4.%d.%d", 11*drawn.IntN(20), drawn.IntN(256)) }},
		{name: "20 networks of one hoster, new server", address: func(int) string { return fmt.Sprintf("46.4.%d.%d", 11*drawn.IntN(20), drawn.IntN(256)) }},
		{name: "one IPv6 /32", old: true, address: ofIPv6Block(drawn)},
		{name: "one IPv6 /32, new server", address: ofIPv6Block(drawn)},
	}
	tokensADay := []int{40}
	if thorough() {
		tokensADay = []int{40, 160, 2000}
	}
	for _, tokens := range tokensADay {
		all = append(all, attacker{
			name: fmt.Sprintf("one address, trained with %d tokens a day", tokens), old: true,
			train:   func(r *pipeline) { r.train(tokens, "81.7.1.1") },
			address: func(int) string { return "81.7.1.1" },
			n:       func(*rand.Rand) int { return 250 }, within: func(*rand.Rand) time.Duration { return 20 * time.Minute },
		})
	}
	var three []string
	for i := range 256 { // the addresses of all three in turn
		for _, prefix := range []string{"81.7.1", "81.7.2", "81.7.3"} {
			three = append(three, fmt.Sprintf("%s.%d", prefix, i))
		}
	}
	return append(all, attacker{
		name: "three trained /24s of one /16", old: true,
		train:   func(r *pipeline) { r.train(len(three), three...) },
		address: func(i int) string { return three[i%len(three)] },
	})
}

func ofIPv6Block(drawn *rand.Rand) func(int) string {
	return func(int) string {
		return fmt.Sprintf("2a01:4f8:%x:%x::1", drawn.IntN(1<<16), drawn.IntN(1<<16))
	}
}

// down sends the reports of an attacker to a new pipeline, in as many attacks as
// asked for, each on a service of its own, and gives what the detector reads.
func (a *attacker) down(t *testing.T, geography *cell.Geography, drawn *rand.Rand, runs int) map[outage.Minute][]outage.Judged {
	r := newPipeline(t, redistest.Embedded(t), geography, drawn, 0)
	switch {
	case a.train != nil:
		a.train(r)
	case a.old:
		r.train(1, "198.51.100.1")
	default:
		r.now = begins()
		r.restart()
	}
	n, within := a.n, a.within
	if n == nil {
		n, within = burst, upToHalfAnHour
	}
	for run := range runs {
		reports, over := n(drawn), within(drawn)
		for i := range reports {
			r.now = begins().Add(time.Duration(i) * over / time.Duration(reports))
			r.report(fmt.Sprintf("service-%d", run), a.address(i))
		}
	}
	r.now = begins().Add(attackMinutes * time.Minute)
	return r.counts(attackMinutes)
}

// attackMinutes is how long the detector is watched after the first report.
const attackMinutes = 40

func TestAttackersOpenNothing(t *testing.T) {
	geography, config, drawn := attackWorld(t)
	states := learntStates(t, config, drawn)
	table := newTable("attacker", ordinaryMeans)
	for _, a := range attackers(drawn) {
		counts := a.down(t, geography, drawn, *attackRuns)
		row := make([]string, 0, len(ordinaryMeans))
		for i, mean := range ordinaryMeans {
			opened := 0
			for run := range *attackRuns {
				if opensAfter(t, states[i], config, drawn, mean, attackMinutes, of(counts, fmt.Sprintf("service-%d", run))) >= 0 {
					opened++
				}
			}
			row = append(row, fmt.Sprintf("%d of %d", opened, *attackRuns))
			if opened > 0 {
				t.Errorf("%s opened %d incidents in %d tries on a service of %v reports a minute", a.name, opened, *attackRuns, mean)
			}
		}
		table.row(a.name, row)
	}
	t.Log(table)
}

// TestFewestNetworksThatOpen finds how many new networks, each of another block,
// open an incident with one report each within five minutes.
func TestFewestNetworksThatOpen(t *testing.T) {
	if !thorough() {
		t.Skip("a measurement; make bench-attack takes it")
	}
	geography, config, drawn := attackWorld(t)
	states := learntStates(t, config, drawn)
	const tries = 10
	found := make([]string, len(ordinaryMeans))
	for n, left := 4, len(found); left > 0 && n < 2000; n += max(1, n/6) {
		a := attacker{
			old: true, address: func(int) string { return anyAddress(drawn) },
			n: func(*rand.Rand) int { return n }, within: func(*rand.Rand) time.Duration { return 5 * time.Minute },
		}
		counts := a.down(t, geography, drawn, tries)
		for i, mean := range ordinaryMeans {
			opened := 0
			for run := range tries {
				if opensAfter(t, states[i], config, drawn, mean, attackMinutes, of(counts, fmt.Sprintf("service-%d", run))) >= 0 {
					opened++
				}
			}
			if found[i] == "" && 2*opened >= tries {
				found[i], left = fmt.Sprint(n), left-1
			}
			// In some tries an ordinary person or two report beside the attackers.
			if n < 6 && 2*opened >= tries {
				t.Errorf("%d networks open an incident on a service of %v reports a minute", n, mean)
			}
		}
	}
	table := newTable("attacker", ordinaryMeans)
	table.row("new networks anywhere: the fewest that open in half of the tries", found)
	t.Log(table)
}

// anyAddress is an address of some household somewhere.
func anyAddress(drawn *rand.Rand) string {
	return fmt.Sprintf("%d.%d.%d.%d", 11+drawn.IntN(200), drawn.IntN(256), drawn.IntN(256), 1+drawn.IntN(254))
}

// TestAttackersWouldOpenWithoutCaps holds that the attacks above are large enough
// to show anything.
func TestAttackersWouldOpenWithoutCaps(t *testing.T) {
	geography, config, drawn := attackWorld(t)
	config.Networks = 0
	state := learnt(t, config, drawn, 8)
	r := newPipeline(t, redistest.Embedded(t), geography, drawn, 1<<30)
	for i := range 200 {
		r.now = begins().Add(time.Duration(i) * 6 * time.Second)
		r.report("service", "81.7.1.1")
	}
	r.now = begins().Add(attackMinutes * time.Minute)
	if opensAfter(t, state, config, drawn, 8, attackMinutes, of(r.counts(attackMinutes), "service")) < 0 {
		t.Error("200 reports of one host open nothing even where nothing is asked of them")
	}
}

// TestHonestCrowdsAreFoundAtOnce compares the minute in which honest crowds are
// found with the minute in which they would be found without caps.
func TestHonestCrowdsAreFoundAtOnce(t *testing.T) {
	geography, config, drawn := attackWorld(t)
	var carriers, households []string
	for i := range 50 { // of a carrier with several blocks
		carriers = append(carriers, fmt.Sprintf("49.%d.%d.9", 32+i%8, i))
	}
	for range 120 {
		households = append(households, anyAddress(drawn))
	}
	crowds := []struct {
		name   string
		people int
		within time.Duration
		addrs  []string
		daily  int // reports of a network on an ordinary day
	}{
		{"20,000 people behind 50 prefixes of a carrier", 20_000, 15 * time.Minute, carriers, 30},
		{"300 people of 120 household networks", 300, 2 * time.Minute, households, 0},
	}
	const minutes = 2 // the first minutes decide
	for _, crowd := range crowds {
		for name, cap := range map[string]int{"capped": 0, "not capped": 1 << 30} {
			t.Run(crowd.name+", "+name, func(t *testing.T) {
				r := newPipeline(t, redistest.Embedded(t), geography, drawn, cap)
				const known = 8 * 24 * time.Hour
				for r.now = begins().Add(-known); r.now.Before(begins()); r.now = r.now.Add(24 * time.Hour) {
					for _, addr := range crowd.addrs {
						r.people(crowd.daily, addr)
					}
				}
				for i := range int(time.Duration(crowd.people) * minutes * time.Minute / crowd.within) {
					r.now = begins().Add(time.Duration(i) * crowd.within / time.Duration(crowd.people))
					r.report("messages", crowd.addrs[drawn.IntN(len(crowd.addrs))])
				}
				r.now = begins().Add(20 * time.Minute)
				counts := r.counts(minutes)
				for _, mean := range ordinaryMeans[:4] {
					after := opensAfter(t, learnt(t, config, drawn, mean), config, drawn, mean, minutes, of(counts, "messages"))
					if after != 0 {
						t.Errorf("a service of %v reports a minute: found after minute %d, want within the first", mean, after)
					}
				}
			})
		}
	}
}

// TestWorksReportsDoNotSuppressOutages checks that people who say that it works, or works again,
// hide no outage, however many they are.
func TestWorksReportsDoNotSuppressOutages(t *testing.T) {
	_, config, drawn := attackWorld(t)
	for _, mean := range ordinaryMeans {
		state := learnt(t, config, drawn, mean)
		late, missed := 0, 0
		for range *attackRuns {
			outageMean := 6*mean + 3
			broken := func(outage.Minute) []outage.Judged { return ordinary(drawn, outageMean) }
			silenced := func(minute outage.Minute) []outage.Judged {
				return append(broken(minute), outage.Judged{Country: countrytest.GB, Cell: townCells[0], Works: 3000, Back: 3000})
			}
			before := opensAfter(t, state, config, drawn, mean, attackMinutes, broken)
			after := opensAfter(t, state, config, drawn, mean, attackMinutes, silenced)
			if before >= 0 && after < 0 {
				missed++
			}
			late = max(late, after-before)
		}
		if missed > 0 {
			t.Errorf("%d of %d outages of a service of %v reports a minute are hidden", missed, *attackRuns, mean)
		}
		t.Logf("service of %v reports a minute: %d of %d outages hidden by 3,000 works and 3,000 back a minute; at most %d minutes later", mean, missed, *attackRuns, late)
	}
}

func learntStates(t testing.TB, config engine.Config, drawn *rand.Rand) (states [][]byte) {
	t.Helper()
	for _, mean := range ordinaryMeans {
		states = append(states, learnt(t, config, drawn, mean))
	}
	return states
}

// table is a Markdown table of a figure for each service.
type table struct{ strings.Builder }

func newTable(what string, means []float64) *table {
	made := &table{}
	fmt.Fprintf(made, "\n| %s |", what)
	for _, mean := range means {
		fmt.Fprintf(made, " %v/min |", mean)
	}
	fmt.Fprintf(made, "\n|---|%s", strings.Repeat("---|", len(means)))
	return made
}

func (t *table) row(name string, cells []string) {
	fmt.Fprintf(t, "\n| %s | %s |", name, strings.Join(cells, " | "))
}
