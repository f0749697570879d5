package embedded

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
)

// Codes of ClickHouse's exceptions that are used here.
// https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
const (
	codeNotImplemented  = 48
	codeUnknownTable    = 60
	codeSyntax          = 62
	codeUnknownDatabase = 81
	codeUnknownSetting  = 115
	codeTooLarge        = 307
	codeClosed          = 394
	codeAccessDenied    = 497
	codeUnknown         = 1002
)

// Exception is an error of ClickHouse: its code and its text. Clients of the transport and
// the handler see it as clickhouse-go's Exception.
type Exception struct {
	Code int
	Text string // "Code: 60. DB::Exception: …", as a server writes it
}

func (e *Exception) Error() string { return e.Text }

var exceptionPattern = regexp.MustCompile(`^Code: (\d+)\. `)

// exception parses the engine's text of an error.
func exception(text string) *Exception {
	match := exceptionPattern.FindStringSubmatch(text)
	if match == nil {
		return refuse(codeUnknown, "%s", text)
	}
	code, err := strconv.Atoi(match[1])
	if err != nil {
		code = codeUnknown
	}
	return &Exception{Code: code, Text: text}
}

// refuse makes an exception of this package in the engine's notation.
func refuse(code int, format string, args ...any) *Exception {
	return &Exception{Code: code, Text: fmt.Sprintf("Code: %d. DB::Exception: %s", code, fmt.Sprintf(format, args...))}
}

// asException is the exception in err's chain, or one that wraps its text.
func asException(err error) *Exception {
	var known *Exception
	if errors.As(err, &known) {
		return known
	}
	return refuse(codeUnknown, "%s", err)
}

// status is the HTTP status of an exception.
func (e *Exception) status() int {
	switch e.Code {
	case codeSyntax, codeUnknownSetting:
		return http.StatusBadRequest
	case codeUnknownTable, codeUnknownDatabase:
		return http.StatusNotFound
	case codeNotImplemented:
		return http.StatusNotImplemented
	case codeAccessDenied:
		return http.StatusForbidden
	case codeTooLarge:
		return http.StatusRequestEntityTooLarge
	case codeClosed:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// frame encodes an exception after the first rows, as a server does: between markers that
// cannot be part of a block.
// https://clickhouse.com/docs/interfaces/http#http_response_codes_caveats
func (e *Exception) frame(tag string) []byte {
	return fmt.Appendf(nil, "\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", tag, e.Text, len(e.Text)+1, tag)
}
