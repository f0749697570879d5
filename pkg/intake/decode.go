package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// MaxBody is the most bytes of a report's body that are read.
const MaxBody = 16 << 10

// maxDepth is how deep a report's JSON may nest. A report needs two levels.
const maxDepth = 8

// wire is a report as JSON.
type wire struct {
	Service  *string       `json:"service"`
	Symptom  *string       `json:"symptom"`
	Kind     *string       `json:"kind"`
	Location *wireLocation `json:"location"`
	Place    *string       `json:"place"`
	Country  *string       `json:"country"`
	Network  *string       `json:"network"`
	Since    *string       `json:"since"`
	Token    *string       `json:"token"`
}

type wireLocation struct {
	Lat *float64 `json:"lat"`
	Lng *float64 `json:"lng"`
}

// Decode reads a report from JSON. A body that is not one JSON object of the
// report's fields, each of its type, is an outage.Error that names the field
// at fault, or "body".
func (s *Service) Decode(body []byte) (submission outage.Submission, err error) {
	defer func() { countRefusal(sourceReport, err) }()
	if len(body) > MaxBody {
		return outage.Submission{}, &outage.Error{
			Code: outage.CodeTooLarge, Field: "body", Detail: fmt.Sprintf("a report has at most %d bytes", MaxBody),
		}
	}
	var w wire
	if err := decodeObject(body, &w); err != nil {
		return outage.Submission{}, err
	}
	return w.submission()
}

// decodeObject reads a body that is one JSON object with known fields.
func decodeObject(body []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(to)
	after := bytes.TrimSpace(body[min(int(decoder.InputOffset()), len(body)):])
	if err == nil && len(after) == 0 && bytes.TrimSpace(body)[0] == '{' {
		return nil
	}
	// Only an invalid body is read again, to find the field at fault.
	if fault := walk(body); fault != nil {
		return fault
	}
	if err == nil {
		return outage.Invalid("body", "must be one JSON object, and nothing after it")
	}
	return decodeError(err)
}

// submission is the report of the JSON.
func (w wire) submission() (outage.Submission, error) {
	submission := outage.Submission{
		Service: text(w.Service), Symptom: text(w.Symptom), Kind: text(w.Kind), Place: text(w.Place),
		Country: text(w.Country), Network: text(w.Network), Since: text(w.Since), Token: text(w.Token),
	}
	if w.Location == nil {
		return submission, nil
	}
	if w.Location.Lat == nil {
		return outage.Submission{}, outage.Invalid("location.lat", "is missing")
	}
	if w.Location.Lng == nil {
		return outage.Submission{}, outage.Invalid("location.lng", "is missing")
	}
	submission.Location = &outage.LatLng{Lat: *w.Location.Lat, Lng: *w.Location.Lng}
	return submission, nil
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

// walk reads the tokens of the body, so that an error in the JSON names its field, and deep
// nesting is rejected before anything is decoded.
func walk(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var path []level
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			if len(path) > 0 || len(bytes.TrimSpace(body)) == 0 {
				return outage.Invalid(fieldOf(path), "the JSON ends too early")
			}
			return nil
		}
		if err != nil {
			return outage.Invalid(fieldOf(path), "is not JSON, at byte %d", decoder.InputOffset())
		}
		if len(path) == 0 && token != json.Delim('{') {
			return outage.Invalid("body", "must be one JSON object")
		}
		if path = step(path, token); len(path) > maxDepth {
			return outage.Invalid(fieldOf(path[:1]), "is nested more than %d levels deep", maxDepth)
		}
		if len(path) == 0 && decoder.More() {
			return outage.Invalid("body", "must be one JSON object, and nothing after it")
		}
	}
}

// level is one open object or array, and the current key of an object.
type level struct {
	object   bool
	expected bool // a value for key, rather than the next key
	key      string
}

func step(path []level, token json.Token) []level {
	switch delim, _ := token.(json.Delim); delim {
	case '{', '[':
		return append(path, level{object: delim == '{'})
	case '}', ']':
		path = path[:len(path)-1]
	default:
		if top := &path[len(path)-1]; top.object && !top.expected {
			top.key, top.expected = token.(string), true
			return path
		}
	}
	if len(path) > 0 {
		path[len(path)-1].expected = false
	}
	return path
}

func fieldOf(path []level) string {
	var keys []string
	for _, l := range path {
		if l.object && l.key != "" {
			keys = append(keys, l.key)
		}
	}
	return named(strings.Join(keys, "."))
}

// named is the field of an error: the body where it has no name.
func named(field string) string {
	if field == "" {
		return "body"
	}
	return shorten(field)
}

// shorten bounds the client's text in errors.
func shorten(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func decodeError(err error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		want := map[string]string{"string": "text", "float64": "a number"}[wrongType.Type.Kind().String()]
		if want == "" {
			want = "an object"
		}
		return outage.Invalid(named(wrongType.Field), "must be %s", want)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return outage.Unknown(named(strings.Trim(name, `"`)), "a report has no such field")
	}
	return outage.Invalid("body", "is not JSON")
}
