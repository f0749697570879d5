package main

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
)

// failing is a listener whose first tries to accept fail.
type failing struct {
	net.Listener
	errors []error
	ours   net.Conn
}

func (f *failing) Accept() (net.Conn, error) {
	if len(f.errors) > 0 {
		err := f.errors[0]
		f.errors = f.errors[1:]
		return nil, &net.OpError{Op: "accept", Err: err}
	}
	return f.ours, nil
}

func (f *failing) Close() error { return nil }

func repeated(err error, n int) (all []error) {
	for range n {
		all = append(all, err)
	}
	return all
}

func TestAcceptSurvivesALackOfDescriptors(t *testing.T) {
	for _, errno := range transient {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := net.Pipe()
			defer theirs.Close()
			log := &lines{}
			c := newRetryingListener(&failing{errors: repeated(errno, 50), ours: ours}, slog.New(slog.NewTextHandler(log, nil)))
			got, err := c.Accept()
			if err != nil || got != ours {
				t.Errorf("%v: accepted %v, %v", errno, got, err)
			}
			if n := strings.Count(log.String(), "\n"); n != 1 {
				t.Errorf("%v: %d log lines: %s", errno, n, log.String())
			}
		})
	}
}

func TestAcceptEndsWithItsListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConnections(newRetryingListener(&failing{errors: repeated(syscall.EMFILE, 1<<20)}, slog.New(slog.DiscardHandler)), 100, nil)
		ended := make(chan error)
		go func() {
			_, err := c.Accept()
			ended <- err
		}()
		synctest.Wait()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("ended with %v", err)
		}
	})
	broken := newConnections(newRetryingListener(&failing{errors: []error{syscall.EBADF}}, slog.New(slog.DiscardHandler)), 100, nil)
	if _, err := broken.Accept(); !errors.Is(err, syscall.EBADF) {
		t.Errorf("a broken listener: %v", err)
	}
}

func TestTrustedProxiesHaveNoShare(t *testing.T) {
	c := newConnections(&failing{}, 80, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	take := func(from string) (n int) {
		for range 100 {
			if _, ok := c.slots.Acquire(c.holder(&net.TCPAddr{IP: net.ParseIP(from), Port: 1})); ok {
				n++
			}
		}
		return n
	}
	for _, test := range []struct {
		from string
		want int
	}{
		{"20.0.0.1", 10}, {"20.0.0.2", 10}, {"20.0.0.3", 0}, {"20.0.1.1", 10}, {"20.0.2.1", 10}, {"20.0.3.1", 0}, // a /24, then a /16
		{"2001:db8::1", 10}, {"10.1.2.3", 30}, {"30.0.0.1", 0},
	} {
		if got := take(test.from); got != test.want {
			t.Errorf("%s gets %d connections, want %d", test.from, got, test.want)
		}
	}
}

func TestConnectionsStayWithinFilesAndMemory(t *testing.T) {
	const gibibyte = 1 << 30
	for _, test := range []struct {
		files, memory int64
		want          int
	}{
		{256, gibibyte, 128}, {1024, gibibyte, 768}, {1 << 20, gibibyte, 4096}, {1 << 20, 16 * gibibyte, 65536}, {64, gibibyte, fewestConnections},
	} {
		if got := connectionsWithin(test.files, test.memory); got != test.want {
			t.Errorf("%d files and %d bytes: %d connections, want %d", test.files, test.memory, got, test.want)
		}
	}
}
