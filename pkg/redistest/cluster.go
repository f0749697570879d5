package redistest

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// slots is the number of hash slots of a cluster.
const slots = 16384

// NodeTimeout is after how long the nodes of a test's cluster take a silent one
// for dead.
const NodeTimeout = time.Second

// Cluster is a Redis Cluster of processes that the test owns.
type Cluster struct {
	Servers  []*Server
	replicas int // of each master
}

// StartCluster starts masters, each with the given number of replicas, and
// returns when every node knows all of them. Arguments are added to the command
// line of each server and win over those of this package.
func StartCluster(t testing.TB, masters, replicas int, arguments ...string) *Cluster {
	t.Helper()
	c := &Cluster{replicas: replicas}
	for range masters * (1 + replicas) {
		_, bus, err := net.SplitHostPort(FreeAddress(t)) // the usual one, 10,000 above, may not exist
		if err != nil {
			t.Fatal(err)
		}
		own := []string{"--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", fmt.Sprint(NodeTimeout.Milliseconds()),
			"--repl-diskless-sync-delay", "0", "--cluster-replica-validity-factor", "0"}
		c.Servers = append(c.Servers, Start(t, append(own, arguments...)...))
	}
	for i := range masters {
		c.Servers[i].Do(t, "cluster", "addslotsrange", i*slots/masters, (i+1)*slots/masters-1)
		c.Servers[i].Do(t, "cluster", "set-config-epoch", i+1)
	}
	for _, server := range c.Servers[1:] {
		host, port, _ := strings.Cut(c.Servers[0].Addr, ":")
		server.Do(t, "cluster", "meet", host, port, c.Servers[0].more[3])
	}
	c.until(t, "the nodes know each other", func(s *Server) bool { return s.knows(c.Servers) })
	for i, server := range c.Servers[masters:] {
		server.Do(t, "cluster", "replicate", c.Servers[i%masters].id(t))
	}
	c.AwaitWhole(t)
	return c
}

// AwaitWhole waits until the cluster is complete and each replica is in step.
func (c *Cluster) AwaitWhole(t testing.TB) {
	t.Helper()
	c.until(t, "the cluster is whole", func(s *Server) bool {
		replication := s.ask("info", "replication")
		inStep := strings.Contains(replication, "role:master") && (c.replicas == 0 || !strings.Contains(replication, "connected_slaves:0")) ||
			strings.Contains(replication, "master_link_status:up")
		return inStep && strings.Contains(s.ask("cluster", "info"), "cluster_state:ok")
	})
}

// MasterOf is the server that takes itself for the master of the slot of a key,
// or nil.
func (c *Cluster) MasterOf(t testing.TB, key string) *Server {
	t.Helper()
	var slot int64 = -1
	for _, server := range c.Servers {
		if !server.IsMaster() {
			continue
		}
		if slot < 0 {
			slot, _ = server.Do(t, "cluster", "keyslot", key).Val().(int64)
		}
		if server.has(slot) {
			return server
		}
	}
	return nil
}

// has reports whether the server takes itself for the master of a slot.
func (s *Server) has(slot int64) bool {
	for line := range strings.Lines(s.nodes()) {
		parts := strings.Fields(line)
		if len(parts) < 9 || !strings.Contains(parts[2], "myself") {
			continue
		}
		for _, text := range parts[8:] {
			first, last, several := strings.Cut(text, "-")
			from, err := strconv.ParseInt(first, 10, 64)
			to := from
			if several && err == nil {
				to, err = strconv.ParseInt(last, 10, 64)
			}
			if err == nil && from <= slot && slot <= to {
				return true
			}
		}
	}
	return false
}

// IsMaster reports whether the server is a master; false where it does not
// answer.
func (s *Server) IsMaster() bool {
	return strings.Contains(s.ask("info", "replication"), "role:master")
}

// TakenOver reports whether another server has the slots of a dead one.
func (c *Cluster) TakenOver(dead *Server) bool {
	for _, server := range c.Servers {
		if server == dead {
			continue
		}
		for line := range strings.Lines(server.nodes()) {
			if strings.Contains(line, dead.Addr+"@") && len(strings.Fields(line)) > 8 {
				return false
			}
		}
	}
	return true
}

func (c *Cluster) until(t testing.TB, what string, holds func(*Server) bool) {
	t.Helper()
	ticks := time.NewTicker(50 * time.Millisecond)
	defer ticks.Stop()
	late := time.After(20 * time.Second)
	for _, server := range c.Servers {
		for !holds(server) {
			select {
			case <-ticks.C:
			case <-late:
				t.Fatalf("%s: not in time; %s has\n%s", what, server.Addr, server.nodes())
			}
		}
	}
}

// ask gives the text of an answer, "" where there is none.
func (s *Server) ask(arguments ...any) string {
	client := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1, DialerRetries: 1})
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	text, _ := client.Do(ctx, arguments...).Text()
	return text
}

func (s *Server) nodes() string { return s.ask("cluster", "nodes") }

func (s *Server) knows(others []*Server) bool {
	known := s.nodes()
	for _, other := range others {
		if !strings.Contains(known, other.Addr+"@") {
			return false
		}
	}
	return !strings.Contains(known, "handshake")
}

func (s *Server) id(t testing.TB) string {
	t.Helper()
	return s.Do(t, "cluster", "myid").Val().(string)
}
