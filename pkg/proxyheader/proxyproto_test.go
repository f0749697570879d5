package proxyheader

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pires/go-proxyproto"
)

const signature2 = "\r\n\r\n\x00\r\nQUIT\n"

// v2 is a header of version 2 with a command, a family and a body.
func v2(command, family byte, body string) string {
	return signature2 + string([]byte{command, family, byte(len(body) >> 8), byte(len(body))}) + body
}

const (
	ends4 = "\xcb\x00\x71\x09\x0a\x00\x00\x01\xdc\x04\x01\xbb" // 203.0.113.9:56324 to 10.0.0.1:443
	ends6 = " \x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09" +
		" \x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xdc\x04\x01\xbb"
	mapped = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xcb\x00\x71\x09" +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x0a\x00\x00\x01\xdc\x04\x01\xbb"
	alone = "invalid AddrPort" // how an address that is not valid prints
)

var headers = []struct {
	name, text, want string
	err              error
}{
	{"v1", "PROXY TCP4 203.0.113.9 10.0.0.1 56324 443\r\n", "203.0.113.9:56324", nil},
	{"v1, IPv6", "PROXY TCP6 2001:db8::9 2001:db8::1 56324 443\r\n", "[2001:db8::9]:56324", nil},
	{"v1, mapped", "PROXY TCP6 ::ffff:203.0.113.9 ::ffff:10.0.0.1 1 2\r\n", "203.0.113.9:1", nil},
	{"v1, unknown", "PROXY UNKNOWN\r\n", alone, nil},
	{"v1, unknown with addresses", "PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", alone, nil},
	{"v2", v2(0x21, 0x11, ends4), "203.0.113.9:56324", nil},
	{"v2, IPv6", v2(0x21, 0x21, ends6), "[2001:db8::9]:56324", nil},
	{"v2, mapped", v2(0x21, 0x21, mapped), "203.0.113.9:56324", nil},
	{"v2, more fields", v2(0x21, 0x11, ends4+"\x04\x00\x01x"), "203.0.113.9:56324", nil},
	{"v2, local", v2(0x20, 0x00, ""), alone, nil},
	{"v2, local with an address", v2(0x20, 0x11, ends4), alone, nil},
	{"v2, our local", string(Local()), alone, nil},

	{"a request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "", ErrMissing},
	{"less than a header", "GET /", "", ErrMissing},
	{"nothing", "", "", io.EOF},
	{"v1, bare LF", "PROXY TCP4 203.0.113.9 10.0.0.1 56324 443\n", "", ErrMalformed},
	{"v1, unknown with a bare LF", "PROXY UNKNOWN\nGET / HTTP/1.1\r\n", "", ErrMalformed},
	{"v1, no end", "PROXY TCP4 203.0.113.9" + strings.Repeat(" ", 200), "", ErrMalformed},
	{"v1, cut short", "PROXY TCP4 203.0.113.9 10.0", "", ErrMalformed},
	{"v1, no address", "PROXY TCP4 203.0.113.999 10.0.0.1 56324 443\r\n", "", ErrMalformed},
	{"v1, a zone", "PROXY TCP6 fe80::1%eth0 fe80::2 56324 443\r\n", "", ErrMalformed},
	{"v1, the wrong family", "PROXY TCP4 2001:db8::9 2001:db8::1 56324 443\r\n", "", ErrMalformed},
	{"v1, no port", "PROXY TCP4 203.0.113.9 10.0.0.1 99999 443\r\n", "", ErrMalformed},
	{"v1, another protocol", "PROXY UDP4 203.0.113.9 10.0.0.1 56324 443\r\n", "", ErrMalformed},
	{"v1, a method", "PROXY / HTTP/1.1\r\nHost: x\r\n\r\n", "", ErrMalformed},
	{"v2, another version", v2(0x11, 0x11, ends4), "", ErrMalformed},
	{"v2, another command", v2(0x22, 0x11, ends4), "", ErrMalformed},
	{"v2, another family", v2(0x21, 0x41, ends4), "", ErrMalformed},
	{"v2, a datagram", v2(0x21, 0x12, ends4), "", ErrMalformed},
	{"v2, a Unix socket", v2(0x21, 0x31, strings.Repeat("x", 216)), "", ErrMalformed},
	{"v2, no family", v2(0x21, 0x00, ""), "", ErrMalformed},
	{"v2, too short for its family", v2(0x21, 0x21, ends4), "", ErrMalformed},
	{"v2, cut short", v2(0x21, 0x11, ends4)[:20], "", ErrMalformed},
	{"v2, too long", signature2 + "\x21\x11\xff\xff" + strings.Repeat("x", 1<<16), "", ErrMalformed},
}

func TestSource(t *testing.T) {
	const request = "GET / HTTP/1.1\r\n"
	for _, c := range headers {
		t.Run(c.name, func(t *testing.T) {
			text := c.text
			if c.err == nil {
				text += request
			}
			for how, r := range map[string]io.Reader{
				"at once": strings.NewReader(text), "by byte": iotest.OneByteReader(strings.NewReader(text)),
			} {
				got, err := Source(r)
				if !errors.Is(err, c.err) || err == nil && got.String() != c.want {
					t.Fatalf("%s: %s, %v", how, got, err)
				}
				if err != nil {
					continue
				}
				if rest, err := io.ReadAll(r); err != nil || string(rest) != request {
					t.Errorf("%s: %q is left, %v", how, rest, err)
				}
			}
		})
	}
}

func TestErrorsOfReadingAreReturned(t *testing.T) {
	for _, text := range []string{"", "PROXY", "PROXY TCP4 203.0.113.9", v2(0x21, 0x11, ends4)[:18]} {
		r := io.MultiReader(strings.NewReader(text), iotest.ErrReader(net.ErrClosed))
		if _, err := Source(r); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzSource compares with what the library makes of all the data: the same
// source, and the same bytes left over.
func FuzzSource(f *testing.F) {
	for _, c := range headers {
		f.Add([]byte(c.text))
		f.Add([]byte(c.text + "GET / HTTP/1.1\r\n\r\n"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ours := bytes.NewReader(data)
		got, err := Source(ours)
		if read := len(data) - ours.Len(); read > fixed2+int(proxyproto.MaxV2HeaderSize) {
			t.Fatalf("%d bytes were read", read)
		}
		theirs := bufio.NewReaderSize(bytes.NewReader(data), max(16, len(data)))
		header, wrong := proxyproto.Read(theirs)
		if err != nil {
			if _, ok := tcpSource(header); ok && wrong == nil {
				t.Fatalf("%q is refused: %v", data, err)
			}
			return
		}
		if wrong != nil {
			t.Fatalf("%q is taken, the library says %v", data, wrong)
		}
		if source, ok := tcpSource(header); header.Command.IsLocal() == got.IsValid() || ok && !source.IP.Equal(got.Addr().AsSlice()) {
			t.Fatalf("%q is of %s, the library says %v", data, got, header.SourceAddr)
		}
		left, _ := io.ReadAll(theirs)
		if ours.Len() != len(left) {
			t.Fatalf("%q: %d bytes are left, not %d", data, ours.Len(), len(left))
		}
	})
}

// tcpSource is the client of a header that names one.
func tcpSource(header *proxyproto.Header) (*net.TCPAddr, bool) {
	if header == nil || header.Command.IsLocal() {
		return nil, false
	}
	source, ok := header.SourceAddr.(*net.TCPAddr)
	return source, ok
}
