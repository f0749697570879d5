package frontend

import (
	"errors"
	"math"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

// statuses maps what went wrong to HTTP.
var statuses = map[outage.Code]int{
	outage.CodeInvalid:      fiber.StatusUnprocessableEntity,
	outage.CodeUnknown:      fiber.StatusUnprocessableEntity,
	outage.CodeNotFound:     fiber.StatusNotFound,
	outage.CodeTooLarge:     fiber.StatusRequestEntityTooLarge,
	outage.CodeContentType:  fiber.StatusUnsupportedMediaType,
	outage.CodeForbidden:    fiber.StatusForbidden,
	outage.CodeUnauthorized: fiber.StatusUnauthorized,
	outage.CodeGone:         fiber.StatusGone,
	outage.CodeConflict:     fiber.StatusConflict,
	outage.CodeLimited:      fiber.StatusTooManyRequests,
	outage.CodeUnavailable:  fiber.StatusServiceUnavailable,

	outage.CodeOutcomeUnknown: fiber.StatusServiceUnavailable,
}

func statusOf(code outage.Code) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	return fiber.StatusInternalServerError
}

// codeOf is the code for an error of the router.
func codeOf(status int) outage.Code {
	for code, known := range statuses {
		if known == status && code != outage.CodeUnknown && code != outage.CodeOutcomeUnknown {
			return code
		}
	}
	switch {
	case status == fiber.StatusMethodNotAllowed:
		return outage.CodeNotFound
	case status < fiber.StatusInternalServerError:
		return outage.CodeInvalid
	}
	return outage.CodeInternal
}

// langKey is where a handler leaves the language of a form for Error.
const langKey = "frontend.lang"

func inLanguage(c *fiber.Ctx, lang string, err error) error {
	c.Locals(langKey, lang)
	return err
}

// Error is the Fiber error handler for pages: it shows what people can do
// about an error, in their language. Internal errors are
// logged and not shown.
func (s *Site) Error(c *fiber.Ctx, err error) error {
	lang, ok := c.Locals(langKey).(string)
	if !ok {
		lang = address.LangOf(c.Path())
	}
	known := outage.AsError(err)
	status := fiber.StatusInternalServerError
	var router *fiber.Error
	switch {
	case known != nil:
		status = statusOf(known.Code)
	case errors.As(err, &router):
		status = router.Code
		known = &outage.Error{Code: codeOf(status)}
	default:
		known = &outage.Error{Code: outage.CodeInternal}
	}
	if known.Code == outage.CodeInternal {
		s.config.Log.Error("answering with a page", "error", err)
		known = &outage.Error{Code: outage.CodeInternal}
	}
	page := s.builder.ProblemPage(lang, known)
	retryAfter(c, known)
	return s.sendPrivate(c, status, "problem", page)
}

// retryAfter sets the Retry-After header, in whole seconds.
func retryAfter(c *fiber.Ctx, known *outage.Error) {
	if known.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(known.RetryAfter.Seconds()))))
	}
}
