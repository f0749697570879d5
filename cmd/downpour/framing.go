package main

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/open-downpour/downpour/pkg/outage"
)

// single lists the fields that may occur once in a request. Of two, a proxy may use one and
// this server the other.
var single = []string{
	fiber.HeaderHost, fiber.HeaderContentLength, fiber.HeaderTransferEncoding, fiber.HeaderContentType,
	fiber.HeaderUserAgent, fiber.HeaderAuthorization, fiber.HeaderOrigin, "Sec-Fetch-Site", "Idempotency-Key",
}

// strictFraming rejects requests that a proxy could parse differently, and those with
// trailer fields, which fasthttp returns as if they were headers. It closes the connection,
// because the bytes that follow may be a part of the same request.
func strictFraming(c *fiber.Ctx) error {
	if err := framing(&c.Request().Header); err != nil {
		c.Context().SetConnectionClose()
		return err
	}
	return c.Next()
}

func framing(header *fasthttp.RequestHeader) error {
	if len(header.PeekTrailerKeys()) > 0 {
		return outage.Invalid(fiber.HeaderTrailer, "fields after the body are not allowed")
	}
	seen := map[string]bool{}
	for line := range bytes.Lines(header.RawHeaders()) {
		text, ended := bytes.CutSuffix(line, []byte("\r\n"))
		switch {
		case !ended || bytes.ContainsAny(text, "\r\x00"):
			return outage.Invalid("", "a header line must end with CR LF")
		case len(text) == 0:
			continue // the end of the headers
		case text[0] == ' ' || text[0] == '\t':
			return outage.Invalid("", "a header must be on one line")
		}
		raw, _, found := bytes.Cut(text, []byte(":"))
		name := string(raw)
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			return outage.Invalid("", "a header must be a name, a colon and a value")
		}
		for _, once := range single {
			if strings.EqualFold(name, once) {
				if seen[once] {
					return outage.Invalid(once, "the header occurs more than once")
				}
				seen[once] = true
			}
		}
	}
	if seen[fiber.HeaderContentLength] && seen[fiber.HeaderTransferEncoding] {
		return outage.Invalid(fiber.HeaderTransferEncoding, "it cannot be combined with Content-Length")
	}
	return nil
}
