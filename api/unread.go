package api

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/open-downpour/downpour/pkg/outage"
)

// batchPath is the only route that accepts more than maxBody.
const batchPath = "/api/v1/reports/batch"

// batchReadTimeout is the timeout of reading the body of a batch.
const batchReadTimeout = time.Minute

// MaxBody is how many bytes of body are read of a request that HeaderReceived
// allows no more.
const MaxBody = maxBody

// HeaderReceived decides from the header alone how large the body may be, before
// any of it is read: 16 kB, and 8 MiB for a batch with a known API key.
func (a *API) HeaderReceived(header *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if isBatch(header) && a.ownerOf(bearerKey(string(header.Peek(fiber.HeaderAuthorization)))) != "" {
		return fasthttp.RequestConfig{MaxRequestBodySize: maxBatch, ReadTimeout: batchReadTimeout}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: maxBody}
}

func isBatch(header *fasthttp.RequestHeader) bool {
	if !header.IsPost() {
		return false
	}
	path, _, _ := bytes.Cut(header.RequestURI(), []byte("?"))
	return strings.EqualFold(string(bytes.TrimSuffix(path, []byte("/"))), batchPath)
}

// Unread responds to a request whose header or body could not be read and that reaches no
// route. A browser that sent a form gets a page, from pages, which may be nil; others get a
// problem document.
func (a *API) Unread(c *fiber.Ctx, reason error, pages fiber.ErrorHandler) error {
	err := a.unread(c, reason)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	isAPI := strings.HasPrefix(strings.ToLower(c.Path()), "/api/")
	if pages != nil && !isAPI && strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMETextHTML) {
		return pages(c, err)
	}
	return writeProblem(c, slog.New(slog.DiscardHandler), err) // strangers must not fill the log
}

// unread is what an error of fasthttp means for the client.
func (a *API) unread(c *fiber.Ctx, reason error) error {
	var network net.Error
	switch {
	case errors.As(reason, new(*fasthttp.ErrSmallBuffer)):
		return fiber.ErrRequestHeaderFieldsTooLarge
	case errors.Is(reason, fasthttp.ErrBodyTooLarge):
		if isBatch(&c.Context().Request.Header) {
			if _, err := a.keyOwner(c); err != nil {
				return err
			}
		}
		return fiber.ErrRequestEntityTooLarge
	case errors.As(reason, &network) && network.Timeout():
		return fiber.ErrRequestTimeout
	}
	return fiber.ErrBadRequest
}

// maxFields is how many fields a form or a query may have. The longest form has
// twelve. Each costs memory that is far more than its bytes.
const maxFields = 64

// FewFields rejects forms and queries with very many fields before they are parsed.
func FewFields(c *fiber.Ctx) error {
	separator := []byte("&")
	if bytes.Count(c.Request().URI().QueryString(), separator) >= maxFields {
		return &outage.Error{Code: outage.CodeInvalid, Field: "query", Detail: "The query has too many parameters."}
	}
	form := strings.HasPrefix(strings.ToLower(c.Get(fiber.HeaderContentType)), fiber.MIMEApplicationForm)
	if form && bytes.Count(c.Request().Body(), separator) >= maxFields {
		return &outage.Error{Code: outage.CodeInvalid, Field: "body", Detail: "The form has too many fields."}
	}
	return c.Next()
}
