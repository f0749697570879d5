package api

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestLogOfErrors(t *testing.T) {
	internal := call{path: "/api/v1/heatmap?window=24h", header: "X-Forwarded-For: 192.0.2.7\nUser-Agent: ua-string", world: world{err: errors.New("table missing")}}
	internal.send(t)
	logged := internal.world.log.String()
	if !strings.Contains(logged, "table missing") {
		t.Errorf("the cause is not in the log: %q", logged)
	}
	if strings.Contains(logged, "192.0.2.7") || strings.Contains(logged, "ua-string") {
		t.Errorf("the log tells who asked: %q", logged)
	}
	ordinary := call{path: "/api/v1/heatmap?windw=1"}
	ordinary.send(t)
	if ordinary.world.log.Len() > 0 {
		t.Errorf("a mistake of the sender was logged: %s", ordinary.world.log.String())
	}
}

func TestErrorHandler(t *testing.T) {
	logger := slog.New(slog.DiscardHandler)
	page := func(c *fiber.Ctx, err error) error { return c.Status(418).SendString("page") }
	cases := []struct {
		name, path, accept string
		pages              fiber.ErrorHandler
		err                error
		status             int
		contentType        string
	}{
		{"api", "/api/fail", "text/html", page, errors.New("x"), 500, typeProblem},
		{"page", "/fail", "text/html", page, errors.New("x"), 418, "text/plain; charset=utf-8"},
		{"no preference", "/fail", "", page, errors.New("x"), 418, "text/plain; charset=utf-8"},
		{"json", "/fail", "application/json", page, &outage.Error{Code: outage.CodeGone, Detail: "Gone."}, 410, typeProblem},
		{"no pages", "/fail", "text/html", nil, fiber.NewError(413, "internal words"), 413, "text/plain; charset=utf-8"},
		{"headers too large", "/api/fail", "", nil, fiber.ErrRequestHeaderFieldsTooLarge, 431, typeProblem},
		{"slow", "/api/fail", "", nil, fiber.ErrRequestTimeout, 408, typeProblem},
		{"type", "/api/fail", "", nil, fiber.ErrUnsupportedMediaType, 415, typeProblem},
		{"unreadable", "/api/fail", "", nil, fiber.NewError(400, "internal words"), 400, typeProblem},
		{"gateway", "/api/fail", "", nil, fiber.ErrBadGateway, 500, typeProblem},
		{"unknown code", "/api/fail", "", nil, &outage.Error{Code: "other", Detail: "internal words"}, 500, typeProblem},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			app := fiber.New(fiber.Config{ErrorHandler: ErrorHandler(logger, c.pages)})
			app.Get(c.path, func(*fiber.Ctx) error { return c.err })
			request := httptest.NewRequest("GET", c.path, nil)
			request.Header.Set("Accept", c.accept)
			response, err := app.Test(request, -1)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(response.Body)
			if response.StatusCode != c.status || response.Header.Get("Content-Type") != c.contentType {
				t.Errorf("status %d as %q: %s", response.StatusCode, response.Header.Get("Content-Type"), body)
			}
			if strings.Contains(string(body), "internal words") {
				t.Errorf("internal detail in the answer: %s", body)
			}
		})
	}
}

func TestTimeout(t *testing.T) {
	app := fiber.New()
	a := New(Config{Timeout: time.Nanosecond, Logger: slog.New(slog.DiscardHandler)})
	app.Get("/slow", a.wrap(func(c *fiber.Ctx) error {
		<-c.UserContext().Done()
		return c.UserContext().Err()
	}))
	response, err := app.Test(httptest.NewRequest("GET", "/slow", nil), -1)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
}

// The server stops reading a body beyond its own limit before any handler runs.
func TestBodyBeyondTheServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{}
	app := w.appReading(32 << 10)
	served := make(chan error, 1)
	go func() { served <- app.Listener(listener) }()
	body := strings.NewReader(strings.Repeat(" ", 33<<10))
	response, err := http.Post("http://"+listener.Addr().String()+"/api/v1/reports", "application/json", body)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 413 || response.Header.Get("Content-Type") != typeProblem {
		t.Errorf("status %d as %s: %s", response.StatusCode, response.Header.Get("Content-Type"), answer)
	}
	loadSpec(t).checkProblem(t, answer)
	if err := app.Shutdown(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
}
