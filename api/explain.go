package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// explain is what an error means for the sender, the main thing first. What is
// not for the sender goes to the log.
func explain(logger *slog.Logger, c *fiber.Ctx, err error) []*outage.Error {
	if known := collect(err); len(known) > 0 {
		if statuses[known[0].Code] != 0 && known[0].Code != outage.CodeInternal {
			return known
		}
	} else if fromServer := (*fiber.Error)(nil); errors.As(err, &fromServer) && fromServer.Code < 500 {
		return []*outage.Error{ofStatus(fromServer.Code)}
	} else if errors.Is(err, context.DeadlineExceeded) {
		logger.Warn("request took too long", "method", c.Method(), "route", c.Route().Path, "error", err)
		return []*outage.Error{{Code: outage.CodeUnavailable, Detail: "The answer took too long. Try again in a moment."}}
	}
	logger.Error("request failed", "method", c.Method(), "route", c.Route().Path, "error", err)
	return []*outage.Error{{Code: outage.CodeInternal, Detail: "Something went wrong here. It is not your fault."}}
}

// collect finds the errors for the sender in a tree of joined errors.
func collect(err error) []*outage.Error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*outage.Error
		for _, one := range joined.Unwrap() {
			all = append(all, collect(one)...)
		}
		return all
	}
	if known := outage.AsError(err); known != nil {
		return []*outage.Error{known}
	}
	return nil
}

// ofStatus replaces an error of the framework, whose text may contain bytes of the request
// or internals of the server.
func ofStatus(status int) *outage.Error {
	switch status {
	case http.StatusNotFound:
		return errNoSuchRoute()
	case http.StatusMethodNotAllowed:
		return errMethod()
	case http.StatusRequestEntityTooLarge:
		return &outage.Error{Code: outage.CodeTooLarge, Detail: "The body is larger than is read."}
	case http.StatusRequestHeaderFieldsTooLarge:
		return &outage.Error{Code: codeHeaders, Detail: "The headers are larger than is read."}
	case http.StatusRequestTimeout:
		return &outage.Error{Code: codeTimeout, Detail: "The request did not arrive in time."}
	case http.StatusUnsupportedMediaType:
		return &outage.Error{Code: outage.CodeContentType, Detail: "The body is of a type that is not taken."}
	}
	return &outage.Error{Code: outage.CodeInvalid, Detail: "The request could not be understood."}
}

func errNoSuchRoute() *outage.Error {
	return &outage.Error{Code: outage.CodeNotFound, Detail: "There is no such address. /api/openapi.json describes those that exist."}
}

func errMethod() *outage.Error {
	return &outage.Error{Code: codeMethod, Detail: "The header Allow lists the methods that this address takes."}
}
