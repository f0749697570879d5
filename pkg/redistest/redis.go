// Package redistest gives tests the engines that Downpour counts in: the
// embedded Redis and a real redis-server of their own. A test that passes on
// both may call itself a test of the product.
package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Each runs the test once over every engine.
func Each(t *testing.T, test func(t *testing.T, client redis.UniversalClient)) {
	t.Run("embedded", func(t *testing.T) { test(t, Embedded(t)) })
	t.Run("redis-server", func(t *testing.T) { test(t, Start(t).Client(t)) })
}

// Embedded is a client of a new embedded Redis.
func Embedded(t testing.TB) redis.UniversalClient {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { client.Close() })
	return client
}

// Server is a redis-server that the test owns.
type Server struct {
	Addr    string
	Dir     string   // where it keeps its files
	file    string   // of its configuration, where it has one
	more    []string // arguments
	process *exec.Cmd
}

// Start starts a redis-server on a free port, which appends each write to its
// disk before it answers; arguments are added to its command line. Where no
// redis-server is installed, the test is skipped, but fails under CI.
func Start(t testing.TB, arguments ...string) *Server {
	t.Helper()
	return start(t, &Server{more: arguments})
}

// StartFrom is Start with a configuration file of the server, such as Sentinel
// needs.
func StartFrom(t testing.TB, file string, arguments ...string) *Server {
	t.Helper()
	return start(t, &Server{file: file, more: arguments})
}

func start(t testing.TB, server *Server) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("redis-server is not installed")
		}
		t.Skip("redis-server is not installed, so this test has no real Redis to run against")
	}
	server.Addr, server.Dir = FreeAddress(t), t.TempDir()
	server.Run(t)
	t.Cleanup(func() { server.Kill() })
	return server
}

// Run starts the process, again after a Kill, on the same address and data.
func (s *Server) Run(t testing.TB) {
	t.Helper()
	_, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(s.Dir, "redis.log")
	var arguments []string
	if s.file != "" {
		arguments = append(arguments, s.file)
	}
	arguments = append(arguments, "--port", port, "--bind", "127.0.0.1", "--dir", s.Dir,
		"--appendonly", "yes", "--appendfsync", "always", "--save", "", "--logfile", log)
	s.process = exec.Command("redis-server", append(arguments, s.more...)...)
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: s.Addr})
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for client.Ping(ctx).Err() != nil {
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(log)
			t.Fatalf("redis-server did not answer: %s", text)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Kill ends the process at once, as a crash would.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	s.process = nil
}

// Signal sends a signal to the process.
func (s *Server) Signal(t testing.TB, signal os.Signal) {
	t.Helper()
	if err := s.process.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// Do runs a command on a connection of its own and fails the test on an error.
func (s *Server) Do(t testing.TB, arguments ...any) *redis.Cmd {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: s.Addr})
	defer client.Close()
	done := client.Do(context.Background(), arguments...)
	if done.Err() != nil {
		t.Fatalf("%v: %v", arguments, done.Err())
	}
	return done
}

// URL is the server's address as the command line takes it.
func (s *Server) URL() string { return fmt.Sprintf("redis://%s", s.Addr) }

// Client is a new client of the server.
func (s *Server) Client(t testing.TB) redis.UniversalClient {
	client := redis.NewClient(&redis.Options{Addr: s.Addr})
	t.Cleanup(func() { client.Close() })
	return client
}
