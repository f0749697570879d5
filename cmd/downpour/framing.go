package main

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
	"github.com/valyala/fasthttp"

	"github.com/open-downpour/downpour/pkg/outage"
)

// single lists the fields that may occur once in a request. Of two, a proxy may use one and
// this server the other.
var single = [...]string{
	contentLengthField: fiber.HeaderContentLength, transferEncodingField: fiber.HeaderTransferEncoding,
	2: fiber.HeaderHost, fiber.HeaderContentType, fiber.HeaderUserAgent, fiber.HeaderAuthorization, fiber.HeaderOrigin, "Sec-Fetch-Site", "Idempotency-Key",
}

const contentLengthField, transferEncodingField = 0, 1

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

var carriageReturn, lineFeed, lineEnd = []byte("\r"), []byte("\n"), []byte("\r\n")

func errLineEnd() error { return outage.Invalid("", "a header line must end with CR LF") }

func framing(header *fasthttp.RequestHeader) error {
	if len(header.PeekTrailerKeys()) > 0 {
		return outage.Invalid(fiber.HeaderTrailer, "fields after the body are not allowed")
	}
	var seen [len(single)]bool
	raw := header.RawHeaders()
	if bytes.IndexByte(raw, 0) >= 0 || bytes.Count(raw, carriageReturn) != bytes.Count(raw, lineFeed) {
		return errLineEnd()
	}
	for line := range bytes.Lines(raw) {
		text, ended := bytes.CutSuffix(line, lineEnd)
		switch {
		case !ended:
			return errLineEnd() // and where each line ends so, no more of either are left
		case len(text) == 0:
			continue // the end of the headers
		case text[0] == ' ' || text[0] == '\t':
			return outage.Invalid("", "a header must be on one line")
		}
		end := bytes.IndexByte(text, ':')
		if end <= 0 || bytes.IndexByte(text[:end], ' ') >= 0 || bytes.IndexByte(text[:end], '\t') >= 0 {
			return outage.Invalid("", "a header must be a name, a colon and a value")
		}
		for i, once := range single {
			if len(once) == end && strings.EqualFold(utils.UnsafeString(text[:end]), once) {
				if seen[i] {
					return outage.Invalid(once, "the header occurs more than once")
				}
				seen[i] = true
			}
		}
	}
	if seen[contentLengthField] && seen[transferEncodingField] {
		return outage.Invalid(fiber.HeaderTransferEncoding, "it cannot be combined with Content-Length")
	}
	return nil
}
