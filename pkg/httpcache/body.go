package httpcache

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Brotli levels. Quick, for responses that are valid for seconds, takes a few milliseconds
// for a hundred kilobytes; Best, for responses that are valid as long as the process,
// takes fifty times that for a quarter fewer bytes.
const (
	Quick = 5
	Best  = brotli.BestCompression
)

// Body is the body of a response. It is compressed when the first client accepts an
// encoding.
type Body struct {
	Plain  []byte
	brotli func() []byte
	gzip   func() []byte
}

// NewBody is a body that is compressed at a brotli level. The text must not change
// afterwards.
func NewBody(plain []byte, level int) Body {
	return Body{
		Plain: plain,
		brotli: sync.OnceValue(func() []byte {
			var out bytes.Buffer
			w := brotli.NewWriterLevel(&out, level)
			_, _ = w.Write(plain) // a bytes.Buffer returns no error
			_ = w.Close()
			return out.Bytes()
		}),
		gzip: sync.OnceValue(func() []byte {
			var out bytes.Buffer
			w := gzip.NewWriter(&out)
			_, _ = w.Write(plain)
			_ = w.Close()
			return out.Bytes()
		}),
	}
}

// Encoded is the body in the smallest encoding that a client accepts, and the value of
// Content-Encoding, "" for none. header is the client's Accept-Encoding; accepts returns
// which of the offers it accepts, as the framework parses it, and is asked once for equal
// headers. Each encoding is offered
// separately, because browsers do not list them by preference. Without the header the
// body is not encoded, though the standard would allow any encoding.
func (b Body) Encoded(header string, accepts func(offers ...string) string) (encoding string, body []byte) {
	switch encodingFor(header, accepts) {
	case "br":
		return "br", b.brotli()
	case "gzip":
		return "gzip", b.gzip()
	}
	return "", b.Plain
}

// Bounds of the headers whose encoding is remembered: browsers have a handful of them.
const (
	mostHeaders   = 128
	longestHeader = 100
)

var encodings = newEncodings()

func newEncodings() *lru.Cache[string, string] {
	made, err := lru.New[string, string](mostHeaders)
	if err != nil {
		panic(err) // no size but 0 has one
	}
	return made
}

func encodingFor(header string, accepts func(offers ...string) string) (encoding string) {
	if header == "" {
		return ""
	}
	if known, ok := encodings.Get(header); ok {
		return known
	}
	switch {
	case accepts("br") == "br":
		encoding = "br"
	case accepts("gzip") == "gzip":
		encoding = "gzip"
	}
	if len(header) <= longestHeader {
		encodings.Add(strings.Clone(header), encoding) // a framework may reuse its memory
	}
	return encoding
}

// ETag is the entity tag of a body. It is weak, because all encodings share it.
func ETag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// Matches reports whether an If-None-Match header names an entity tag. The
// comparison is the weak one of RFC 9110, section 13.1.2.
func Matches(header, etag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}
