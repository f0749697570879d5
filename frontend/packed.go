package frontend

import (
	"bytes"
	"compress/gzip"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
)

// brotliLevel costs a few milliseconds a page; the highest level costs fifty
// times that for a quarter fewer bytes.
const brotliLevel = 5

// packed is a body that is compressed once, when somebody first asks for it so.
type packed struct {
	body   []byte
	brotli func() []byte
	gzip   func() []byte
}

func pack(body []byte) packed { return packAt(body, brotliLevel) }

func packAt(body []byte, level int) packed {
	return packed{
		body: body,
		brotli: sync.OnceValue(func() []byte {
			var out bytes.Buffer
			w := brotli.NewWriterLevel(&out, level)
			_, _ = w.Write(body) // a bytes.Buffer takes everything
			_ = w.Close()
			return out.Bytes()
		}),
		gzip: sync.OnceValue(func() []byte {
			var out bytes.Buffer
			w := gzip.NewWriter(&out)
			_, _ = w.Write(body)
			_ = w.Close()
			return out.Bytes()
		}),
	}
}

// send answers in the smallest form that the reader takes.
func (p packed) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	switch {
	case takes(c, "br"):
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(p.brotli())
	case takes(c, "gzip"):
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(p.gzip())
	}
	return c.Send(p.body)
}

// takes reports whether a reader reads an encoding. Each is asked for by
// itself, because browsers list them in no order of liking; a reader that lists
// none gets none.
func takes(c *fiber.Ctx, encoding string) bool {
	return c.Get(fiber.HeaderAcceptEncoding) != "" && c.AcceptsEncodings(encoding) == encoding
}
