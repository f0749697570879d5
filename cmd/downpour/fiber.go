package main

import (
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/open-downpour/downpour/api"
)

// Bounds of one connection.
const (
	// readTimeout bounds the arrival of a whole request, header and body: who
	// sends a byte now and then gains nothing.
	readTimeout = 15 * time.Second
	// writeTimeout bounds how long a client may take to receive an answer. A
	// stream sets its own for each event.
	writeTimeout = 60 * time.Second
	idleTimeout  = 60 * time.Second
	// maxHeader has room for the cookies of a single sign-on in front.
	maxHeader = 16 << 10
	// writeBuffer has room for a page and its headers, which are then one write: to the
	// framework, a connection behind a limit is none that takes several buffers at once.
	writeBuffer = 16 << 10
)

// newFiber is the router with its limits: how large a request may be is decided
// from its header, and what cannot be read is answered as everything else is.
func newFiber(programs *api.API, pages fiber.ErrorHandler, logger *slog.Logger) *fiber.App {
	router := fiber.New(fiber.Config{
		AppName: "downpour", DisableStartupMessage: true, BodyLimit: api.MaxBody, ReadBufferSize: maxHeader, WriteBufferSize: writeBuffer,
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		DisablePreParseMultipartForm: true, ErrorHandler: api.ErrorHandler(logger, pages),
	})
	server := router.Server()
	server.HeaderReceived = programs.HeaderReceived
	server.ErrorHandler = func(ctx *fasthttp.RequestCtx, reason error) {
		c := router.AcquireCtx(ctx)
		defer router.ReleaseCtx(c)
		if err := programs.Unread(c, reason, pages); err != nil {
			logger.Error("answering a request that could not be read", "error", err)
		}
		countRequest(c, routeUnread)
	}
	return router
}
