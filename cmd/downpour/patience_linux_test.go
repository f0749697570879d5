package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// startLean starts a server without an archive, which listens and is not ready:
// its memory is its own.
func startLean(t *testing.T) (server *process, address string) {
	t.Helper()
	address = redistest.FreeAddress(t)
	server = newProcess(t, "serve", "--listen", address, "--redis", redistest.Start(t).URL(), "--clickhouse", "http://127.0.0.1:1")
	server.start(t)
	eventually(t, "the server listens", func() bool { status, _ := fetch("http://" + address + "/livez"); return status == http.StatusOK })
	return server, address
}

// isReady is a condition to wait for.
func isReady(address string) func() bool {
	return func() bool { status, _ := fetch("http://" + address + "/readyz"); return status == http.StatusOK }
}

// resident is the memory of a process in bytes.
func (p *process) resident(t *testing.T) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.running.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(text, []byte("VmRSS:"))
	var kilobytes int64
	if _, err := fmt.Sscan(string(rest), &kilobytes); err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}

// dialFrom opens a connection from a loopback address.
func dialFrom(from, to string) (net.Conn, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: time.Minute}
	return dialer.Dial("tcp", to)
}

// answersTo says whether a client at an address gets an answer to a read.
func answersTo(from, address string) bool {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return dialFrom(from, address) }}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	response, err := client.Get("http://" + address + "/api/v1/services")
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// TestAnnouncedBodiesCostNoMemory opens 100 sockets that announce 8 MB each, and
// sends as much of it as the server takes, up to 1 MB.
func TestAnnouncedBodiesCostNoMemory(t *testing.T) {
	server, address := startLean(t)
	for _, target := range []string{"/report", "/api/v1/reports", "/api/v1/reports/batch", "/undo"} {
		before := server.resident(t)
		var sockets []net.Conn
		refused := 0
		for range 100 {
			socket, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			sockets = append(sockets, socket)
			fmt.Fprintf(socket, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8000000\r\n\r\n", target)
		}
		body := make([]byte, 1<<20)
		for _, socket := range sockets {
			_ = socket.SetWriteDeadline(time.Now().Add(10 * time.Second))
			_, _ = socket.Write(body) // the server may have refused by now
		}
		for _, socket := range sockets {
			_ = socket.SetReadDeadline(time.Now().Add(time.Minute))
			answer := make([]byte, 12)
			if n, err := socket.Read(answer); err == nil && strings.HasPrefix(string(answer[:n]), "HTTP/1.1 4") {
				refused++
			}
		}
		grown := server.resident(t) - before
		t.Logf("100 sockets that announce 8 MB to %s: the server grew by %.1f MB, %d were refused", target, float64(grown)/1e6, refused)
		if grown > 60e6 || refused != 100 {
			t.Errorf("%s: grown by %d bytes, %d refused", target, grown, refused)
		}
		for _, socket := range sockets {
			socket.Close()
		}
	}
}

// TestIdleSocketsBeyondTheFileLimit opens more sockets than the server may have
// descriptors, and leaves them idle: of a stranger, who has a share, and of a
// trusted proxy, which may have all that there are.
func TestIdleSocketsBeyondTheFileLimit(t *testing.T) {
	t.Run("stranger", func(t *testing.T) { idleSockets(t, "192.0.2.0/24", true) })
	t.Run("proxy", func(t *testing.T) { idleSockets(t, "127.0.0.1/32", false) })
}

func idleSockets(t *testing.T, trusted string, duringToo bool) {
	address := redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--trusted-proxies", trusted)
	server.files = 256
	server.start(t)
	eventually(t, "the server is ready", isReady(address))
	var idle []net.Conn
	refused := 0
	for range 400 {
		socket, err := dialFrom("127.0.0.1", address)
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, socket)
	}
	if duringToo {
		eventually(t, "another address is answered", func() bool { return answersTo("127.0.0.2", address) })
	}
	for _, socket := range idle {
		_ = socket.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		if n, _ := socket.Read(make([]byte, 1)); n == 1 {
			refused++
		}
		socket.Close()
	}
	eventually(t, "the first address is answered again", func() bool { return answersTo("127.0.0.1", address) })
	t.Logf("of 400 idle sockets at 256 files: at least %d got a 503 at once; requests were answered during (%t) and after", refused, duringToo)
	if refused == 0 || strings.Contains(server.last(1000), "too many open files") {
		t.Errorf("%d sockets got an answer, and the log says:\n%s", refused, server.last(5))
	}
	server.stop(t)
}

// TestStreamsLeaveRoomForOthers opens a thousand streams from one client behind
// a proxy, and then some from others.
func TestStreamsLeaveRoomForOthers(t *testing.T) {
	_, address := startLean(t)
	var bodies []func() error
	defer func() {
		for _, closeBody := range bodies {
			_ = closeBody()
		}
	}()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	open := func(n int, from func(i int) string) (statuses map[int]int) {
		statuses = map[int]int{}
		for i := range n {
			request, err := http.NewRequest(http.MethodGet, "http://"+address+"/api/v1/stream", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("X-Forwarded-For", from(i))
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			if statuses[response.StatusCode]++; response.StatusCode == http.StatusOK {
				bodies = append(bodies, response.Body.Close)
				continue
			}
			if response.Header.Get("Retry-After") == "" {
				t.Errorf("%s without Retry-After", response.Status)
			}
			response.Body.Close()
		}
		return statuses
	}
	host := open(1000, func(int) string { return "20.0.0.1" })
	network := open(500, func(i int) string { return fmt.Sprintf("20.0.0.%d", 1+i%250) })
	others := open(200, func(i int) string { return fmt.Sprintf("31.%d.0.1", i) })
	t.Logf("streams by status: one host %v, then its /24 %v, then 200 others %v", host, network, others)
	if host[http.StatusOK] > 50 || host[http.StatusTooManyRequests] != 1000-host[http.StatusOK] || others[http.StatusOK] != 200 {
		t.Error("one host takes more than its share, or others get none")
	}
	if taken := host[http.StatusOK] + network[http.StatusOK]; taken > 125 {
		t.Errorf("one /24 holds %d streams", taken)
	}
}

// TestDrainDelay stops a server behind a balancer.
func TestDrainDelay(t *testing.T) {
	address := redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--drain-delay", "6s")
	server.start(t)
	base := "http://" + address
	eventually(t, "the server is ready", isReady(address))
	if err := server.running.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "saying that it drains", func() bool {
		status, body := fetch(base + "/readyz")
		return status == http.StatusServiceUnavailable && strings.Contains(body, "draining")
	})
	if status, _, body := postReport(t, base, "21.0.0.9", ""); status != http.StatusAccepted {
		t.Errorf("a report meanwhile: %d %s", status, body)
	}
	if status, body := fetch(base + "/api/v1/services"); status != http.StatusOK {
		t.Errorf("a read meanwhile: %d %.300s", status, body)
	}
	if err := server.running.Wait(); err != nil {
		t.Errorf("the end: %v", err)
	}
	server.running = nil
	if status, _ := fetch(base + "/livez"); status != 0 {
		t.Errorf("after its end it answers %d", status)
	}
}
