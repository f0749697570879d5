package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/httpcache"
)

const (
	// tick is the lifetime of a cached response. With the interval of its data it is
	// under two seconds old.
	tick = time.Second / 2
	// Limits of cached responses about any window of any service.
	mostCached  = 2000
	cachedBytes = 64 << 20
)

// sending is the metadata of a cached response.
type sending struct {
	contentType string
	headers     map[string]string
}

type answer = httpcache.Entry[sending]

func newCache(config Config) *httpcache.Cache[sending] {
	return httpcache.New[sending](httpcache.Config{
		Name: "api", Now: config.Now, FillFor: config.Timeout, MostEntries: mostCached, MostBytes: cachedBytes,
	})
}

// newAnswer is a response that is valid for a tick.
func (a *API) newAnswer(contentType string, body []byte) *answer {
	if a.config.Demo {
		body = markDemo(contentType, body)
	}
	return httpcache.NewEntry(body, sending{contentType: contentType}, a.config.Now().Add(tick))
}

// markDemo marks a document of a demo: JSON objects have "demo", tables a column. Feeds say it
// in their titles; a stored file of the register stays as its digest has it.
func markDemo(contentType string, body []byte) []byte {
	kind, _, _ := strings.Cut(contentType, ";")
	switch {
	case (kind == fiber.MIMEApplicationJSON || kind == typeGeoJSON) && bytes.HasPrefix(body, []byte(`{"`)):
		return append([]byte(`{"demo":true,`), body[1:]...)
	case kind == typeCSV:
		return csvtable.Mark(body, csvtable.Demo)
	}
	return body
}

// newJSON is a response with a value, as JSON.
func (a *API) newJSON(value any) (*answer, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("writing the answer: %w", err)
	}
	return a.newAnswer(fiber.MIMEApplicationJSON, body), nil
}

// sendShared responds to a read with a value that is made once in a tick for all requests
// with the key.
func (a *API) sendShared(c *fiber.Ctx, key string, fresh time.Duration, value func(context.Context) (any, error)) error {
	return a.sendCached(c, key, fresh, func(ctx context.Context) (*answer, error) {
		value, err := value(ctx)
		if err != nil {
			return nil, err
		}
		return a.newJSON(value)
	})
}

// sendWindow is sendCached for responses about a window, whose keys are an open set.
func (a *API) sendWindow(c *fiber.Ctx, key string, fill func(context.Context) (*answer, error)) error {
	return a.sendCached(c, key, freshReading, func(ctx context.Context) (*answer, error) {
		made, err := fill(ctx)
		if made != nil {
			made.Bounded = true
		}
		return made, err
	})
}

// sendCached responds from the cache, in the smallest encoding that the client accepts.
func (a *API) sendCached(c *fiber.Ctx, key string, fresh time.Duration, fill func(context.Context) (*answer, error)) error {
	found, err := a.cache.GetOrFill(c.UserContext(), key, fill)
	if err != nil {
		return err
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	for name, value := range found.Meta.headers {
		c.Set(name, value)
	}
	if validated(c, found.ETag, fresh) {
		return nil
	}
	c.Set(fiber.HeaderContentType, found.Meta.contentType)
	encoding, body := found.Encoded(c.Get(fiber.HeaderAcceptEncoding), c.AcceptsEncodings)
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	return c.Send(body)
}
