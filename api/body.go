package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// readBody is a copy of a JSON body. A compressed one is rejected, because its size is
// unbounded.
func readBody(c *fiber.Ctx) ([]byte, error) {
	media, parameters, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	charset := parameters["charset"]
	if err != nil || media != fiber.MIMEApplicationJSON || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return nil, &outage.Error{Code: outage.CodeContentType, Detail: "The body must be application/json in UTF-8."}
	}
	if encoding := c.Get(fiber.HeaderContentEncoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, &outage.Error{Code: outage.CodeContentType, Detail: "The body must not be compressed."}
	}
	body := c.Request().Body() // as it came; c.Body() would decompress
	if len(body) > maxBody {
		return nil, &outage.Error{Code: outage.CodeTooLarge, Detail: "The body must not be larger than 16 kB."}
	}
	return bytes.Clone(body), nil
}

// readObject decodes the body, which must be one JSON object, into a struct. What the body
// leaves out stays. Its errors name the field that does not exist or has a value of another
// type; malformed is for a body that is no such object.
func readObject(c *fiber.Ctx, into any, malformed *outage.Error) error {
	body, err := readBody(c)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return malformed
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fieldError(err, malformed)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return malformed
	}
	return nil
}

// longestField is the longest name of an unknown field that an answer repeats.
const longestField = 60

// fieldError names the field that an error of decoding is about, where it is about one.
func fieldError(err error, malformed *outage.Error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return outage.Invalid(wrongType.Field, "It has a value of another type.")
	}
	quoted, unknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	name, err := strconv.Unquote(quoted)
	if !unknown || err != nil || name == "" || len(name) > longestField {
		return malformed
	}
	return outage.Unknown(name, "The body can have no such field.")
}
