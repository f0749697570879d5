package httpcache

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// Quick is the brotli level of answers that stand for seconds: it costs a few
// milliseconds for a hundred kilobytes, the highest level fifty times that for a
// quarter fewer bytes. Best is that of answers that stand for the life of the
// process.
const (
	Quick = 5
	Best  = brotli.BestCompression
)

// Body is the text of an answer. It is compressed when the first client asks for
// it that way.
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
			_, _ = w.Write(plain) // a bytes.Buffer takes everything
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

// Encoded is the body in the smallest encoding that a client accepts, and the value
// of Content-Encoding, "" for none. It takes the client's Accept-Encoding and what
// of an offer that header accepts, as the framework reads it. Each encoding is
// offered by itself, since browsers list them in no order of preference. A client
// that sends no header gets none, though it accepts any by the standard.
func (b Body) Encoded(header string, accepts func(offers ...string) string) (encoding string, body []byte) {
	switch {
	case header == "":
	case accepts("br") == "br":
		return "br", b.brotli()
	case accepts("gzip") == "gzip":
		return "gzip", b.gzip()
	}
	return "", b.Plain
}

// ETag is the entity tag of a body. It is weak, because it names the compressed
// forms as well.
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
