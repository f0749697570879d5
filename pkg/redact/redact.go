// Package redact removes secrets from text that people read: errors, log lines
// and answers. It masks more than it must rather than less: what cannot be
// parsed as an address is masked as well, since the errors of parsers quote
// what they could not read.
package redact

import (
	"log/slog"
	"regexp"
	"strings"
)

// Mask stands where a secret was.
const Mask = "***"

// credentials is what stands between the scheme of an address and the last @
// behind it, over anything between: a password may hold any sign when its owner
// forgot to encode it.
var credentials = regexp.MustCompile(`(?s)(://|:%2F%2F|:%2f%2f).*(@|%40)`)

// secretParameter is a parameter of a query, a header or a setting whose name
// says that its value is secret.
var secretParameter = regexp.MustCompile(`(?i)((?:password|passwd|secret|token|api[-_]?key|authorization)["']?\s*[=:]\s*(?:bearer )?["']?)[^\s"'&,;]+`)

// Text masks the user and the password of addresses in a text, and the values
// of parameters such as password= and api_key=.
func Text(text string) string {
	if strings.Contains(text, ":") {
		text = credentials.ReplaceAllString(text, "${1}"+Mask+"${2}")
	}
	return secretParameter.ReplaceAllString(text, "${1}"+Mask)
}

// plain is an address that has no room for a secret.
var plain = regexp.MustCompile(`^[a-z]+://[A-Za-z0-9.-]*(:[0-9]+)?(/[A-Za-z0-9/._-]*)?$`)

// Values masks those of the values that are addresses with room for a secret,
// and what begins like them, wherever a text quotes them; then what Text masks.
func Values(text string, values ...string) string {
	for _, value := range values {
		if plain.MatchString(value) || !strings.Contains(value, "://") && !strings.Contains(value, "@") {
			continue
		}
		shown := Mask
		scheme, _, ok := strings.Cut(value, "://")
		ok = ok && !strings.ContainsAny(scheme, ":@=")
		if ok {
			shown = scheme + "://" + Mask
		}
		text = strings.ReplaceAll(text, value, shown)
		if ok { // parsers quote parts
			part := regexp.MustCompile(regexp.QuoteMeta(scheme) + `://[^\s"]+`)
			text = part.ReplaceAllLiteralString(text, shown)
		}
	}
	return Text(text)
}

// ErrorOf is an error with the text that Values leaves of it. It wraps err, so that
// errors.Is and errors.As go on to find what it is made of; nil stays nil.
func ErrorOf(err error, values ...string) error {
	if err == nil {
		return nil
	}
	return masked{err, Values(err.Error(), values...)}
}

type masked struct {
	error
	text string
}

func (m masked) Error() string { return m.text }
func (m masked) Unwrap() error { return m.error }

// Attr masks an attribute of a log line, the message included: it is a
// slog.HandlerOptions.ReplaceAttr, which handlers call for both. A value of any
// other kind becomes text where its text holds a secret.
func Attr(_ []string, attr slog.Attr) slog.Attr {
	switch value := attr.Value.Any().(type) {
	case string:
		attr.Value = slog.StringValue(Text(value))
	case error:
		attr.Value = slog.StringValue(Text(value.Error()))
	default:
		text := attr.Value.String()
		if masked := Text(text); masked != text {
			attr.Value = slog.StringValue(masked)
		}
	}
	return attr
}
