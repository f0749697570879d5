package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/open-downpour/downpour/pkg/redistest"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// link is a connection that a test can cut, slow down or reset.
type link struct {
	t     *testing.T
	proxy *toxiproxy.Proxy
	at    string
}

func newLink(t *testing.T, name, to string) *link {
	t.Helper()
	zerolog.SetGlobalLevel(zerolog.Disabled)
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	at := redistest.FreeAddress(t)
	l := &link{t: t, at: at, proxy: toxiproxy.NewProxy(server, name, at, to)}
	l.start()
	t.Cleanup(l.proxy.Stop)
	return l
}

func (l *link) address() string { return l.at }

func (l *link) start() {
	if err := l.proxy.Start(); err != nil {
		l.t.Fatal(err)
	}
}

// faults are those of a link, which is one part.
func (l *link) faults(part string) []fault {
	to, _, _ := strings.Cut(l.proxy.Name, "-")
	return []fault{
		{"cut link to " + to, part, func() func() { l.proxy.Stop(); return l.start }},
		{"slow link to " + to, part, l.toxic(`{"name":"slow","type":"latency","attributes":{"latency":400,"jitter":300}}`)},
		{"narrow link to " + to, part, l.toxic(`{"name":"narrow","type":"bandwidth","attributes":{"rate":16}}`)},
		{"silent link to " + to, part, l.toxic(`{"name":"silent","type":"timeout","attributes":{"timeout":0}}`)},
		{"link to " + to + " resets", part, l.toxic(`{"name":"reset","type":"reset_peer","attributes":{"timeout":50}}`)},
		{"link to " + to + " cuts answers", part, l.toxic(`{"name":"short","type":"limit_data","attributes":{"bytes":20000}}`)},
	}
}

// toxic adds what a proxy does to the answers of a connection.
func (l *link) toxic(is string) func() (heal func()) {
	return func() func() {
		toxic, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(is))
		if err != nil {
			l.t.Error(err)
			return func() {}
		}
		return func() {
			if err := l.proxy.Toxics.RemoveToxic(context.Background(), toxic.Name); err != nil {
				l.t.Error(err)
			}
		}
	}
}

// chaosDisk is the size of the file systems that are filled.
const chaosDisk = 512 << 20

// mountDisks gives Redis and ClickHouse file systems of their own, where mounting is
// permitted, before anything is in them.
func (c *chaos) mountDisks() {
	c.counters.Kill()
	c.mounted = mountMemory(c.t, c.counters.Dir) && mountMemory(c.t, c.archive.data())
	c.counters.Run(c.t)
	if !c.mounted {
		c.t.Log("file systems are not filled: mounting one is not permitted")
	}
}

// data is the directory of a ClickHouse.
func (v vault) data() string { return v.arguments[4] }

// diskFaults fill the file systems of Redis and ClickHouse.
func (c *chaos) diskFaults() []fault {
	if !c.mounted {
		return nil
	}
	fills := func(part, dir string, restart func()) fault {
		file := filepath.Join(dir, "filler")
		return fault{"full disk of " + part, part, func() func() {
			fill(c.t, file)
			return func() {
				if err := os.Remove(file); err != nil {
					c.t.Error(err)
				}
				restart()
			}
		}}
	}
	return []fault{
		// A Redis that cannot append to its file any more ends itself.
		fills("redis", c.counters.Dir, func() { c.counters.Kill(); c.counters.Run(c.t) }),
		fills("clickhouse", c.archive.data(), func() {}),
	}
}

// mountMemory mounts an empty file system in memory over a directory until the test ends.
func mountMemory(t *testing.T, dir string) bool {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprint("size=", chaosDisk)); err != nil {
		return false
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return true
}
