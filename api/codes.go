package api

import (
	"net/http"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Codes that only an HTTP server needs, beside those of package outage.
const (
	codeMethod  outage.Code = "method_not_allowed"
	codeTimeout outage.Code = "timeout" // the request came too slowly
	codeHeaders outage.Code = "headers_too_large"

	codeNotAcceptable outage.Code = "not_acceptable"
)

// statuses is the one place where a code becomes a status.
var statuses = map[outage.Code]int{
	outage.CodeInvalid:      http.StatusBadRequest,
	outage.CodeUnknown:      http.StatusBadRequest,
	outage.CodeNotFound:     http.StatusNotFound,
	codeMethod:              http.StatusMethodNotAllowed,
	codeNotAcceptable:       http.StatusNotAcceptable,
	outage.CodeTooLarge:     http.StatusRequestEntityTooLarge,
	codeHeaders:             http.StatusRequestHeaderFieldsTooLarge,
	outage.CodeContentType:  http.StatusUnsupportedMediaType,
	outage.CodeForbidden:    http.StatusForbidden,
	outage.CodeUnauthorized: http.StatusUnauthorized,
	outage.CodeGone:         http.StatusGone,
	outage.CodeConflict:     http.StatusConflict,
	outage.CodeLimited:      http.StatusTooManyRequests,
	codeTimeout:             http.StatusRequestTimeout,
	outage.CodeUnavailable:  http.StatusServiceUnavailable,
	outage.CodeInternal:     http.StatusInternalServerError,

	outage.CodeOutcomeUnknown: http.StatusServiceUnavailable,
}

var titles = map[outage.Code]string{
	outage.CodeInvalid:      "A value is not acceptable",
	outage.CodeUnknown:      "A value names something that does not exist",
	outage.CodeNotFound:     "There is nothing at this address",
	codeMethod:              "This address does not take the method",
	codeNotAcceptable:       "The answer has no form that is asked for",
	outage.CodeTooLarge:     "The request is too large",
	codeHeaders:             "The headers are too large",
	outage.CodeContentType:  "The body is of a type that is not taken",
	outage.CodeForbidden:    "The token does not fit",
	outage.CodeUnauthorized: "A key is needed",
	outage.CodeGone:         "Its time is over",
	outage.CodeConflict:     "This contradicts an earlier request",
	outage.CodeLimited:      "Too many requests",
	codeTimeout:             "The request took too long to arrive",
	outage.CodeUnavailable:  "A part of the server is down",
	outage.CodeInternal:     "The server made a mistake",

	outage.CodeOutcomeUnknown: "It is not known whether this was done",
}
