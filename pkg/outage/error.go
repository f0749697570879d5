package outage

import (
	"errors"
	"fmt"
	"time"
)

// Code is a stable word for what went wrong. The HTTP faces map each to one
// status; clients may branch on it.
type Code string

// The codes.
const (
	CodeInvalid      Code = "invalid"      // the value of Field is not acceptable
	CodeUnknown      Code = "unknown"      // Field names something that does not exist
	CodeNotFound     Code = "not_found"    // the addressed thing does not exist
	CodeTooLarge     Code = "too_large"    // the body is larger than is read
	CodeContentType  Code = "content_type" // the body is of a type that is not taken
	CodeForbidden    Code = "forbidden"    // the token does not fit
	CodeUnauthorized Code = "unauthorized" // a key is needed
	CodeGone         Code = "gone"         // it existed, and its time is over
	CodeConflict     Code = "conflict"     // it contradicts an earlier request
	CodeLimited      Code = "limited"      // too many requests; try again after RetryAfter
	CodeUnavailable  Code = "unavailable"  // a part is down or full; try again after RetryAfter
	CodeInternal     Code = "internal"     // our fault

	// CodeOutcomeUnknown says that the request may have been carried out, and that
	// repeating it, under the same Idempotency-Key where it takes one, is safe.
	CodeOutcomeUnknown Code = "outcome_unknown"
)

// Error is an error that the sender of a request can act on. Detail is one
// sentence for people; it never repeats what could identify someone.
type Error struct {
	Code       Code
	Field      string // the name on the wire of the value at fault, "" when none is
	Line       int    // line of the input, from 1; 0 when there are no lines
	Detail     string
	RetryAfter time.Duration
	// Suggestions are places that may be meant by one that is not understood.
	Suggestions []Place
}

// Error is the detail, after the line and the field where there are any.
func (e *Error) Error() string {
	where := ""
	if e.Line > 0 {
		where = fmt.Sprintf("line %d: ", e.Line)
	}
	if e.Field != "" {
		where += e.Field + ": "
	}
	return where + e.Detail
}

// Invalid is an error about the value of one field.
func Invalid(field, detail string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Field: field, Detail: fmt.Sprintf(detail, args...)}
}

// Unknown is an error about a field that names something that does not exist.
func Unknown(field, detail string, args ...any) *Error {
	return &Error{Code: CodeUnknown, Field: field, Detail: fmt.Sprintf(detail, args...)}
}

// Unavailable is an error of an act that failed because a part is down or full. Its
// chain has the cause, for the log, and an Error with the detail, for the sender.
func Unavailable(act string, cause error, detail string, retryAfter time.Duration) error {
	return fmt.Errorf("%s: %w: %w", act, cause, &Error{Code: CodeUnavailable, Detail: detail, RetryAfter: retryAfter})
}

// AsError is the Error in err's chain, or nil.
func AsError(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return nil
}
