package main

import (
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/open-downpour/downpour/pkg/redistest"
	"github.com/open-downpour/downpour/pkg/tools/load"
)

var pageRounds = flag.Int("page-rounds", 0, "rounds of TestPageRates, of half a second for each page and server; 0 skips the measurement")

// plainVariable makes this test program a server that gives the answers in a file, with
// nothing between its framework and the handler.
const plainVariable = "DOWNPOUR_TEST_PLAIN"

// plainServer is the file in that variable.
type plainServer struct {
	Address string
	Answers []plainAnswer
}

type plainAnswer struct {
	Path    string
	Headers [][2]string
	Body    []byte
}

func init() {
	path := os.Getenv(plainVariable)
	if path == "" {
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	var plain plainServer
	if err := json.Unmarshal(text, &plain); err != nil {
		panic(err)
	}
	router := fiber.New(fiber.Config{DisableStartupMessage: true})
	for _, answer := range plain.Answers {
		path, _, _ := strings.Cut(answer.Path, "?")
		router.Get(path, func(c *fiber.Ctx) error {
			for _, header := range answer.Headers {
				c.Set(header[0], header[1])
			}
			return c.Send(answer.Body)
		})
	}
	panic(router.Listen(plain.Address))
}

// browser lists the headers that a browser sends for a page, of 2026.
var browser = [][2]string{
	{"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"},
	{"Accept-Encoding", "gzip, deflate, br, zstd"},
	{"Accept-Language", "en-GB,en;q=0.9"},
	{"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"},
	{"Sec-Fetch-Dest", "document"}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Site", "none"}, {"Sec-Fetch-User", "?1"},
	{"Upgrade-Insecure-Requests", "1"},
}

// script lists the headers that a script of a page sends.
var script = slices.Concat([][2]string{{"Accept", "*/*"}}, browser[1:4], [][2]string{{"Sec-Fetch-Dest", "empty"}, {"Sec-Fetch-Mode", "cors"}, {"Sec-Fetch-Site", "same-origin"}})

func headersFor(path string) [][2]string {
	if strings.HasPrefix(path, "/api/") {
		return script
	}
	return browser
}

// leastOfPlain is what a page must reach of the processor time of the same answer from the
// framework alone. It is far below what is measured, because machines of tests are busy.
const leastOfPlain = .3

// TestPageRates measures pages and the live map beside a server of the same framework that
// sends the same headers and bytes from its memory: with reports coming in, and without.
// What the server's processor does without readers is measured in the same rounds and
// subtracted, so that the processor time is that of the answers; in parentheses it is not.
// make bench-reads runs it.
func TestPageRates(t *testing.T) {
	if *pageRounds == 0 {
		t.Skip("a measurement: make bench-reads")
	}
	address := redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--redis", redistest.Start(t).URL(), "--log-level", "error", "--official=false")
	server.start(t)
	t.Cleanup(func() { server.stop(t) })
	base := "http://" + address
	eventually(t, "starting", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK })
	reportsFrom(t, t.Context(), base, load.Config{Rate: 300, Duration: 5 * time.Second, Seed: 1})
	pages := []string{"/", "/whatsapp", "/in/whatsapp", "/api/v1/heatmap?country=IN"}
	plainAt, plain := startPlain(t, address, pages)
	ours, theirs := reading{address, server, nil}, reading{plainAt, plain, nil}
	t.Run("no reports", func(t *testing.T) { compare(t, &ours, &theirs, pages) })
	t.Run("300 reports a second", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			reportsFrom(t, ctx, base, load.Config{Rate: 300, Duration: time.Hour, Seed: 2})
		}()
		compare(t, &ours, &theirs, pages)
		stop()
		<-ended
	})
}

// startPlain starts the server that gives the answers of another.
func startPlain(t *testing.T, server string, paths []string) (address string, running *process) {
	t.Helper()
	plain := plainServer{Address: redistest.FreeAddress(t)}
	for _, path := range paths {
		plain.Answers = append(plain.Answers, answerOf(t, server, path))
	}
	text, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "answers.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	running = newProcess(t)
	running.environment = append(running.environment, plainVariable+"="+file)
	running.start(t)
	eventually(t, "starting the plain server", func() bool { status, _ := fetch("http://" + plain.Address + "/"); return status == http.StatusOK })
	return plain.Address, running
}

// answerOf is what a server answers, without the headers that each server writes itself.
func answerOf(t *testing.T, server, path string) plainAnswer {
	t.Helper()
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.SetRequestURI("http://" + server + path)
	for _, header := range headersFor(path) {
		request.Header.Set(header[0], header[1])
	}
	if err := fasthttp.Do(request, response); err != nil || response.StatusCode() != http.StatusOK {
		t.Fatalf("%s: %d, %v", path, response.StatusCode(), err)
	}
	answer := plainAnswer{Path: path, Body: append([]byte{}, response.Body()...)}
	for name, value := range response.Header.All() {
		switch string(name) {
		case fiber.HeaderDate, fiber.HeaderContentLength, fiber.HeaderConnection, fiber.HeaderServer:
		default:
			answer.Headers = append(answer.Headers, [2]string{string(name), string(value)})
		}
	}
	t.Logf("%s: %d bytes of body, encoding %q, %d headers", path, len(answer.Body), response.Header.Peek(fiber.HeaderContentEncoding), len(answer.Headers))
	return answer
}

// reading is a server that is read from, and what that cost by page; "" is no page.
type reading struct {
	address string
	server  *process
	costs   map[string]cost
}

// cost is what some requests took.
type cost struct{ requests, seconds, processor float64 }

// ask asks for a page as fast as it is answered, or for none.
func (r *reading) ask(t *testing.T, page string) {
	t.Helper()
	const length = time.Second / 2
	before := processorTime(t, r.server.running.Process.Pid)
	began := time.Now()
	sum := r.costs[page]
	if page == "" {
		<-time.After(length)
	} else {
		sum.requests += float64(readFor(t, r.address, []string{page}, length, headersFor(page)...))
	}
	sum.seconds += time.Since(began).Seconds()
	sum.processor += processorTime(t, r.server.running.Process.Pid) - before
	r.costs[page] = sum
}

// perRequest is the processor time of one request in microseconds, with and without what the
// server does when nothing is asked, and requests a second.
func (r *reading) perRequest(page string) (whole, processor, rate float64) {
	sum, idle := r.costs[page], r.costs[""]
	whole = sum.processor / sum.requests * 1e6
	return whole, whole - idle.processor/idle.seconds*sum.seconds/sum.requests*1e6, sum.requests / sum.seconds
}

// compare asks two servers for pages in turn, and prints what those cost.
func compare(t *testing.T, ours, theirs *reading, pages []string) {
	t.Helper()
	ours.costs, theirs.costs = map[string]cost{}, map[string]cost{}
	for range *pageRounds {
		for _, page := range append([]string{""}, pages...) {
			ours.ask(t, page)
			theirs.ask(t, page)
		}
	}
	t.Logf("without readers the server takes %.1f %% of a processor", 100*ours.costs[""].processor/ours.costs[""].seconds)
	for _, page := range pages {
		whole, our, ourRate := ours.perRequest(page)
		_, their, theirRate := theirs.perRequest(page)
		t.Logf("%-28s %6.0f/s beside %6.0f/s, ratio %.2f; processor time %5.1f us (%5.1f us with all else) beside %5.1f us, ratio %.2f (%.2f)",
			page, ourRate, theirRate, ourRate/theirRate, our, whole, their, their/our, their/whole)
		if their/our < leastOfPlain {
			t.Errorf("%s reaches %.2f of the plain server, at least %.2f is wanted", page, their/our, leastOfPlain)
		}
	}
}
