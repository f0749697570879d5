package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/proxyheader"
)

// forwarder is the loopback address that these tests trust, stranger one that
// they do not.
const (
	forwarder = "127.0.0.1"
	stranger  = "127.0.0.2"
)

// behindForwarder serves with --proxy-protocol and trusts one address.
func behindForwarder(t *testing.T, most int) (s *server, address string, inner *connections) {
	t.Helper()
	s = newServerWith(t, "embedded", func(settings *serveCommand) {
		settings.TrustedProxies = proxies{netip.MustParsePrefix(forwarder + "/32")}
		settings.ProxyProtocol = true
	})
	address = s.listenBehind(func(l net.Listener) net.Listener {
		guarded := s.app.guard(l, most)
		inner = guarded.(halfCloseListener).Listener.(*connections)
		return guarded
	})
	return s, address, inner
}

// wire is a connection to the server under test.
type wire struct {
	net.Conn
	t      *testing.T
	reader *bufio.Reader
}

// connect dials from a loopback address and sends some bytes.
func connect(t *testing.T, from, address, first string) *wire {
	t.Helper()
	connection, err := dialFrom(from, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	c := &wire{connection, t, bufio.NewReader(connection)}
	c.send(first)
	return c
}

func (w *wire) send(bytes string) {
	w.t.Helper()
	if _, err := io.WriteString(w, bytes); err != nil {
		w.t.Fatal(err)
	}
}

// answer is the status and body of the next answer; status 0 is a connection that
// was closed.
func (w *wire) answer() (status int, body string) {
	response, err := http.ReadResponse(w.reader, nil)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, ""
	}
	return response.StatusCode, string(text)
}

// report sends one, and says whether it counted as that of another person than
// before.
func (w *wire) report(forwardedFor string) bool {
	w.t.Helper()
	w.send("POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nUser-Agent: a\r\n" +
		fmt.Sprintf("X-Forwarded-For: %s\r\nContent-Length: %d\r\n\r\n%s", forwardedFor, len(someReport), someReport))
	status, body := w.answer()
	var read struct{ Counted bool }
	if err := json.Unmarshal([]byte(body), &read); status != http.StatusAccepted || err != nil {
		w.t.Fatalf("a report: %d %s", status, body)
	}
	return read.Counted
}

const getServices = "GET /api/v1/services HTTP/1.1\r\nHost: x\r\n\r\n"

func v1(source string) string {
	if strings.Contains(source, ":") {
		return "PROXY TCP6 " + source + " 2001:db8::1 56324 443\r\n"
	}
	return "PROXY TCP4 " + source + " 10.0.0.1 56324 443\r\n"
}

// v2 is a header of version 2.
func v2(source string) string {
	addr := netip.MustParseAddr(source)
	family, ends := byte(0x11), append(addr.AsSlice(), addr.AsSlice()...)
	if addr.Is6() {
		family = 0x21
	}
	ends = append(ends, 1, 2, 3, 4)
	return "\r\n\r\n\x00\r\nQUIT\n" + string([]byte{0x21, family, 0, byte(len(ends))}) + string(ends)
}

// The address that a header names is the one that counts, and what the client
// writes into X-Forwarded-For is not believed.
func TestProxyHeaderNamesTheSender(t *testing.T) {
	_, address, _ := behindForwarder(t, 256)
	for _, c := range []struct {
		name, header, forwardedFor string
		another                    bool
	}{
		{"v1", v1("20.0.0.1"), "8.8.8.1", true},
		{"v1 again, forged", v1("20.0.0.1"), "8.8.8.2", false},
		{"v2 of the same address", v2("20.0.0.1"), "8.8.8.3", false},
		{"v2", v2("20.0.1.2"), "8.8.8.4", true},
		{"v1, mapped", v1("::ffff:20.0.1.2"), "8.8.8.5", false},
		{"IPv6", v2("2001:db8:1::1"), "8.8.8.6", true},
		{"IPv6, v1", v1("2001:db8:1::1"), "8.8.8.7", false},
		{"an HTTP proxy that is trusted", v2(forwarder), "21.0.0.1", true},
		{"that proxy, another client", v2(forwarder), "21.0.1.1", true},
		{"that proxy, the same client", v1(forwarder), "9.9.9.9, 21.0.0.1", false},
		{"local: the forwarder itself", string(proxyheader.Local()), "22.0.0.1", true},
		{"unknown: the forwarder itself", "PROXY UNKNOWN\r\n", "22.0.0.1", false},
		{"unknown with addresses", "PROXY UNKNOWN 20.9.9.9 10.0.0.1 1 2\r\n", "22.0.0.1", false},
	} {
		connection := connect(t, forwarder, address, c.header)
		if got := connection.report(c.forwardedFor); got != c.another {
			t.Errorf("%s: counted %v", c.name, got)
		}
		if connection.report(c.forwardedFor) {
			t.Errorf("%s: the second request of the connection is of somebody else", c.name)
		}
	}
	if !connect(t, stranger, address, "").report("20.0.0.1") || connect(t, stranger, address, "").report("24.0.0.1") {
		t.Error("a peer without a header that is not trusted does not count as itself")
	}
}

func TestProxyHeadersThatAreRefused(t *testing.T) {
	s, address, inner := behindForwarder(t, 256)
	for name, text := range map[string]string{
		"no header":          getServices,
		"malformed v1":       "PROXY TCP4 20.0.0.999 10.0.0.1 1 2\r\n" + getServices,
		"v1 without CR":      "PROXY TCP4 20.0.0.1 10.0.0.1 1 2\n" + getServices,
		"endless v1":         "PROXY TCP4 " + strings.Repeat("2", 200),
		"malformed v2":       strings.Replace(v2("20.0.0.1"), "\x21\x11", "\x21\x77", 1) + getServices,
		"v2 that is too big": "\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xff" + getServices,
	} {
		if status, body := connect(t, forwarder, address, text).answer(); status != 0 {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if n := strings.Count(s.log.String(), "no valid PROXY header"); n != 1 || strings.Contains(s.log.String(), "20.0.0") {
		t.Errorf("%d lines in the log: %s", n, s.log)
	}
	for name, header := range map[string]string{"v1": v1("20.0.0.1"), "v2": v2("20.0.0.1"), "local": string(proxyheader.Local()), "unknown": "PROXY UNKNOWN\r\n"} {
		connection := connect(t, stranger, address, header+getServices)
		if status, body := connection.answer(); status != http.StatusBadRequest {
			t.Errorf("%s of a stranger: %d %s", name, status, body)
		}
		if status, body := connection.answer(); status != 0 {
			t.Errorf("the connection goes on after %s of a stranger: %d %s", name, status, body)
		}
	}
	eventually(t, "all slots are free", func() bool { return inner.slots.Used() == 0 })
}

// Without the flag, a header is a malformed request of anybody.
func TestProxyHeaderWithoutTheFlag(t *testing.T) {
	_, address := listening(t)
	for name, header := range map[string]string{"v1": v1("20.0.0.1"), "v2": v2("20.0.0.1"), "unknown": "PROXY UNKNOWN\r\n"} {
		connection := connect(t, forwarder, address, header+getServices)
		if status, body := connection.answer(); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if status, _ := connection.answer(); status != 0 {
			t.Errorf("%s: the connection goes on", name)
		}
	}
}

// A forwarder that is slow holds nobody up, and is served when its header is
// complete.
func TestSlowProxyHeader(t *testing.T) {
	_, address, _ := behindForwarder(t, 256)
	for _, header := range []string{v1("20.0.0.1"), v2("20.0.0.1")} {
		slow := connect(t, forwarder, address, header[:20])
		for name, other := range map[string]*wire{
			"forwarder": connect(t, forwarder, address, v2("20.0.1.1")+getServices), "stranger": connect(t, stranger, address, getServices),
		} {
			if status, _ := other.answer(); status != http.StatusOK {
				t.Errorf("meanwhile a %s is answered %d", name, status)
			}
		}
		slow.send(header[20:])
		slow.send(getServices)
		if status, _ := slow.answer(); status != http.StatusOK {
			t.Errorf("the slow one is answered %d", status)
		}
	}
}

// newTestProxied reads at most so many headers, without a server behind it: what
// it accepts comes through the channel.
func newTestProxied(t *testing.T, headers int, within time.Duration) (p *proxied, address string, accepted chan net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p = newProxied(listener, headers, proxies{netip.MustParsePrefix(forwarder + "/32")}, slog.New(slog.DiscardHandler))
	p.within = within
	accepted = make(chan net.Conn, 100)
	go func() {
		defer close(accepted)
		for {
			connection, err := p.Accept()
			if err != nil {
				return
			}
			accepted <- connection
		}
	}()
	t.Cleanup(func() {
		_ = p.Close()
		for connection := range accepted {
			connection.Close()
		}
	})
	return p, listener.Addr().String(), accepted
}

func TestLateProxyHeader(t *testing.T) {
	_, address, _ := newTestProxied(t, 10, 50*time.Millisecond)
	for _, text := range []string{"", "PROXY", v1("20.0.0.1")[:20], v2("20.0.0.1")[:20]} {
		if status, body := connect(t, forwarder, address, text).answer(); status != 0 {
			t.Errorf("%q: %d %s", text, status, body)
		}
	}
}

// Headers that are awaited are bounded: a forwarder beyond that gets a 503, and
// other peers are served.
func TestAwaitedHeadersAreBounded(t *testing.T) {
	p, address, accepted := newTestProxied(t, 2, time.Minute)
	connect(t, forwarder, address, "")
	connect(t, forwarder, address, "")
	eventually(t, "both are awaited", func() bool { return len(p.headers) == 2 })
	if status, _ := connect(t, forwarder, address, v2("20.0.0.1")).answer(); status != http.StatusServiceUnavailable {
		t.Errorf("one more is answered %d", status)
	}
	connect(t, stranger, address, "")
	if got := peerOf((<-accepted).RemoteAddr()).String(); got != stranger {
		t.Errorf("accepted from %s", got)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	eventually(t, "nothing is awaited after the end", func() bool { return len(p.headers) == 0 })
}

// Each address that headers name has its share of the connections.
func TestConnectionCapsByProxiedAddress(t *testing.T) {
	_, address, inner := behindForwarder(t, 91) // 11 for headers, 80 for the rest
	open := func(source string) (served int) {
		for range 12 {
			connection := connect(t, forwarder, address, v2(source)+getServices)
			switch status, _ := connection.answer(); status {
			case http.StatusOK:
				served++
			case http.StatusServiceUnavailable:
			default:
				t.Errorf("%s is answered %d", source, status)
			}
		}
		return served
	}
	for _, c := range []struct {
		source string
		want   int
	}{{"20.0.0.1", 10}, {"20.0.0.2", 10}, {"20.0.0.3", 0}, {"20.0.1.1", 10}, {"20.0.2.1", 10}, {"20.0.3.1", 0}, {"2001:db8::1", 10}, {forwarder, 12}} {
		if got := open(c.source); got != c.want {
			t.Errorf("%s holds %d connections, want %d", c.source, got, c.want)
		}
	}
	if got := inner.slots.Used(); got != 62 {
		t.Errorf("%d slots are used, want 62", got)
	}
}

// Connections of all kinds come and go, and leave nothing behind.
func TestProxiedConnectionsLeaveNothing(t *testing.T) {
	_, address, inner := behindForwarder(t, 256)
	if status, _ := connect(t, stranger, address, getServices).answer(); status != http.StatusOK {
		t.Fatal(status)
	}
	before := runtime.NumGoroutine()
	for range 50 {
		for _, c := range []struct {
			from, text string
			answered   bool
		}{
			{forwarder, v1("20.0.0.1") + getServices, true}, {forwarder, v2("20.0.0.2") + getServices, true},
			{forwarder, string(proxyheader.Local()) + getServices, true}, {stranger, getServices, true}, {stranger, v1("20.0.0.1"), false},
			{forwarder, "", false}, {forwarder, "PROXY TCP4", false}, {forwarder, v2("20.0.0.1"), false}, {forwarder, getServices, false},
		} {
			connection := connect(t, c.from, address, c.text)
			if c.answered {
				if status, _ := connection.answer(); status != http.StatusOK {
					t.Errorf("%q is answered %d", c.text, status)
				}
			}
			connection.Close()
		}
	}
	headers := inner.Listener.(*proxied).headers
	eventually(t, "all connections are gone", func() bool {
		return inner.slots.Used() <= 1 && len(headers) == 0 && runtime.NumGoroutine() <= before+10
	})
}

// A body that is refused before it was read must not break the connection, with
// a header in front as without.
func TestProxiedConnectionsLinger(t *testing.T) {
	_, address, _ := behindForwarder(t, 256)
	connection := connect(t, forwarder, address, v2("20.0.0.1")+"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")
	go func() { _, _ = connection.Write(make([]byte, 4_000_000)) }() // ends when the connection is closed
	if status, body := connection.answer(); status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", status, body)
	}
}
