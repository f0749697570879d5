package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/redistest"
)

var (
	chaosFor  = flag.Duration("chaos-for", 20*time.Second, "how long TestChaos injects faults")
	chaosSeed = flag.Uint64("chaos-seed", 0, "the seed of the faults and of their times; 0 draws one")
	chaosRate = flag.Int("chaos-rate", 80, "reports a second meanwhile")
)

// TestChaos injects faults at random into two servers behind a load balancer, their Redis,
// their ClickHouse and the connections between them, one or two at a time, while reports
// come in at a steady rate. Afterwards each acknowledged report is in the archive once.
//
// The clock of a machine is not changed: that needs a machine of its own, because a static
// Go program reads it from the kernel. Other tests give the server clocks that jump.
func TestChaos(t *testing.T) {
	seed := *chaosSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	c := newChaos(t, random)
	faults := c.faults()
	people := newOpenLoad("http://"+c.balancer, *chaosRate)
	c.people = people
	took := map[string]int{}
	for end := time.Now().Add(*chaosFor); time.Now().Before(end); {
		c.strike(t, random, faults, took)
	}
	people.end()
	client := c.counters.Client(t)
	eventually(t, "the archive has caught up", func() bool { return waiting(t, client) == 0 })
	for i, server := range c.servers {
		eventually(t, "the live window has what was acknowledged", func() bool {
			shown, ok := total("http://" + c.addresses[i])
			return ok && shown == people.ledger.standing()
		})
		server.stop(t)
	}
	checkVault(t, c.archive, people.ledger)
	checkAnswers(t, people.failures())
	kills := 0
	for _, name := range slices.Sorted(maps.Keys(took)) {
		if strings.HasPrefix(name, "kill ") {
			kills += took[name]
		}
		t.Logf("%s: %d", name, took[name])
	}
	t.Logf("%d kills; %d reports acknowledged, none lost, none double; tries that were not: %v", kills, len(people.ledger.signs), people.failures())
}

// chaos is what faults are injected into.
type chaos struct {
	t         *testing.T
	random    *rand.Rand
	counters  *redistest.Server
	archive   vault
	servers   []*process
	addresses []string // of the servers
	links     []*link  // of each server to Redis and to ClickHouse
	balancer  string
	mounted   bool // Redis and ClickHouse have file systems of their own
	people    *openLoad
}

const chaosServers = 2

func newChaos(t *testing.T, random *rand.Rand) *chaos {
	c := &chaos{t: t, random: random, counters: redistest.Start(t), archive: newVault(t, t.TempDir())}
	c.mountDisks()
	c.archive.startAndWait(t)
	for i := range chaosServers {
		toRedis := newLink(t, fmt.Sprint("redis-", i), c.counters.Addr)
		toArchive := newLink(t, fmt.Sprint("clickhouse-", i), c.archive.address)
		c.links = append(c.links, toRedis, toArchive)
		address := redistest.FreeAddress(t)
		server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--log-level", "warn", "--official=false", "--drain-delay", "2s",
			"--redis", "redis://"+toRedis.address(), "--clickhouse", strings.Replace(c.archive.url(), c.archive.address, toArchive.address(), 1))
		server.start(t)
		c.servers, c.addresses = append(c.servers, server), append(c.addresses, address)
	}
	c.balancer = balancer(t, c.addresses)
	eventually(t, "readiness", c.ready)
	return c
}

// ready reports whether all servers are.
func (c *chaos) ready() bool {
	for _, server := range c.servers {
		if status, _ := fetch("http://" + server.arguments[2] + "/readyz"); status != 200 {
			return false
		}
	}
	return true
}

const balancerConfig = `
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
frontend in
  bind %s
  default_backend out
backend out
  option forwardfor
  option httpchk GET /readyz
  option redispatch
  default-server check inter 200ms fall 2 rise 1
%s`

// balancer is a HAProxy in front of servers, which it leaves out while they are not ready.
func balancer(t *testing.T, servers []string) (address string) {
	t.Helper()
	address = redistest.FreeAddress(t)
	var lines strings.Builder
	for i, server := range servers {
		fmt.Fprintf(&lines, "  server downpour-%d %s\n", i, server)
	}
	runProxy(t, address, "haproxy", "-db", "-f", writeConfig(t, "haproxy.cfg", fmt.Sprintf(balancerConfig, address, lines.String())))
	return address
}

// fault is something that breaks. inject breaks it and gives what mends it again. Faults of
// one part are not injected together.
type fault struct {
	name, part string
	inject     func() (heal func())
}

// strike injects one fault or two of different parts, heals them after up to three seconds,
// and waits until reports are acknowledged again.
func (c *chaos) strike(t *testing.T, random *rand.Rand, faults []fault, took map[string]int) {
	first := faults[random.IntN(len(faults))]
	if random.IntN(2) == 0 {
		first = faults[random.IntN(kindsOfKills)]
	}
	struck := []fault{first}
	if second := faults[random.IntN(len(faults))]; random.IntN(3) == 0 && second.part != first.part {
		struck = append(struck, second)
	}
	var heals []func()
	for _, fault := range struck {
		took[fault.name]++
		t.Logf("%s %s", time.Now().Format(time.TimeOnly), fault.name)
		heals = append(heals, fault.inject())
	}
	<-time.After(time.Duration(random.Int64N(int64(3 * time.Second))))
	for _, heal := range heals {
		heal()
	}
	eventually(t, "all servers are ready after "+fmt.Sprint(struck[0].name), c.ready)
	before := c.people.ledger.acknowledged.Load()
	eventually(t, "reports are acknowledged again", func() bool { return c.people.ledger.acknowledged.Load() > before })
}

// kindsOfKills is how many faults kill something: the first ones.
const kindsOfKills = 3

// faults are all that are possible here.
func (c *chaos) faults() []fault {
	all := c.processFaults()
	all = append(all, c.redisFaults()...)
	for i, link := range c.links {
		all = append(all, link.faults(fmt.Sprint("link ", i))...)
	}
	return append(all, c.diskFaults()...)
}

// processFaults kill and stop processes.
func (c *chaos) processFaults() []fault {
	server := func() *process { return c.servers[c.random.IntN(len(c.servers))] }
	return []fault{
		{"kill server", "server", func() func() {
			victim := server()
			victim.kill()
			return func() { victim.start(c.t) }
		}},
		{"kill redis", "redis", func() func() {
			c.counters.Kill()
			return func() { c.counters.Run(c.t) }
		}},
		{"kill clickhouse", "clickhouse", func() func() {
			c.archive.kill()
			return func() { c.archive.startAndWait(c.t) }
		}},
		{"stop server", "server", func() func() {
			victim := server()
			return c.stopped(func(signal os.Signal) { c.signal(victim, signal) })
		}},
		{"restart server", "server", func() func() {
			victim := server()
			victim.stop(c.t)
			return func() { victim.start(c.t) }
		}},
		{"stop redis", "redis", func() func() {
			return c.stopped(func(signal os.Signal) { c.counters.Signal(c.t, signal) })
		}},
		{"stop clickhouse", "clickhouse", func() func() {
			return c.stopped(func(signal os.Signal) { c.signal(c.archive.process, signal) })
		}},
	}
}

func (c *chaos) signal(p *process, signal os.Signal) {
	if err := p.running.Process.Signal(signal); err != nil {
		c.t.Error(err)
	}
}

// stopped stops a process, which then neither answers nor closes its connections.
func (c *chaos) stopped(signal func(os.Signal)) (heal func()) {
	signal(syscall.SIGSTOP)
	return func() { signal(syscall.SIGCONT) }
}

// redisFaults make Redis refuse writes.
func (c *chaos) redisFaults() []fault {
	set := func(name, broken, whole string) func() func() {
		return func() func() {
			c.counters.Do(c.t, "config", "set", name, broken)
			return func() { c.counters.Do(c.t, "config", "set", name, whole) }
		}
	}
	return []fault{
		{"redis without memory", "redis", set("maxmemory", "1mb", "0")},
		{"redis read-only", "redis", set("min-replicas-to-write", "1", "0")},
	}
}

// checkAnswers looks whether everybody who was not acknowledged was told the truth: that the
// report may not have been taken and when to try again, or nothing.
func checkAnswers(t *testing.T, failures map[string]int) {
	t.Helper()
	for answer, n := range failures {
		switch {
		case strings.HasPrefix(answer, "503 "), strings.HasPrefix(answer, "429 "), answer == "no answer":
		case strings.HasPrefix(answer, "502 :"), strings.HasPrefix(answer, "504 :"): // of the balancer
		default:
			t.Errorf("%d times the answer was %s", n, answer)
		}
	}
}
