package main

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// BenchmarkPages measures all handlers of a page or map that is in the response cache,
// without reading the request and writing the answer. Its processor time is that of the
// whole process.
func BenchmarkPages(b *testing.B) {
	began := time.Now()
	a := startBare(b, func() time.Time { return began }, serveCommand{Redis: []string{redistest.Start(b).URL()}})
	handle := a.web.fiber.Handler()
	for _, path := range []string{"/", "/whatsapp", "/in/whatsapp", "/api/v1/heatmap?country=IN"} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			var text bytes.Buffer
			text.WriteString("GET " + path + " HTTP/1.1\r\nHost: downpour.test\r\n")
			for _, header := range headersFor(path) {
				text.WriteString(header[0] + ": " + header[1] + "\r\n")
			}
			text.WriteString("\r\n")
			var request fasthttp.RequestCtx
			request.Init2(&peerConn{}, nil, false)
			if err := request.Request.Read(bufio.NewReader(&text)); err != nil {
				b.Fatal(err)
			}
			before := processorTime(b, os.Getpid())
			for b.Loop() {
				request.Response.Reset()
				request.ResetUserValues()
				handle(&request)
			}
			b.ReportMetric((processorTime(b, os.Getpid())-before)*1e9/float64(b.N), "cpu-ns/op")
			if status := request.Response.StatusCode(); status != http.StatusOK {
				b.Fatal(status, string(request.Response.Body()))
			}
		})
	}
}

// peerConn is a connection that knows its other end only.
type peerConn struct{ net.Conn }

var peerOfBench = &net.TCPAddr{IP: net.IPv4(203, 0, 113, 9), Port: 4711}

func (peerConn) RemoteAddr() net.Addr { return peerOfBench }
func (peerConn) LocalAddr() net.Addr  { return peerOfBench }
