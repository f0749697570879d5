package api

import (
	"bytes"
	"context"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	maxBatch = 8 << 20 // bytes of a batch
	// batchTimeout bounds a batch instead of Config.Timeout: its lines wait for
	// the archive together.
	batchTimeout = time.Minute
)

// typesOfLines are the names under which JSON by the line goes.
var typesOfLines = []string{"application/x-ndjson", "application/ndjson", "application/jsonl"}

// batchReceipt is an outage.BatchReceipt on the wire.
type batchReceipt struct {
	Accepted  int        `json:"accepted"`
	Counted   int        `json:"counted"`
	Duplicate int        `json:"duplicate"`
	Rejected  []rejected `json:"rejected"`
}

// rejected is a line at fault.
type rejected struct {
	Line   int         `json:"line"`
	Field  string      `json:"field"`
	Code   outage.Code `json:"code"`
	Detail string      `json:"detail"`
}

func (a *API) createBatch(c *fiber.Ctx) error {
	importer, err := a.keyOwner(c)
	if err != nil {
		return err
	}
	if err := a.query(c).err(); err != nil {
		return err
	}
	body, err := readLines(c)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), batchTimeout)
	defer cancel()
	given, err := a.config.Intake.TakeBatch(ctx, importer, body, key)
	if err != nil {
		return err
	}
	answer := batchReceipt{Accepted: given.Accepted, Counted: given.Counted, Duplicate: given.Duplicate, Rejected: []rejected{}}
	for _, fault := range given.Rejected {
		answer.Rejected = append(answer.Rejected, rejected{fault.Line, fault.Field, fault.Code, fault.Detail})
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(answer)
}

// readLines is a copy of a body of JSON lines. A compressed one is rejected, because its
// size is unbounded.
func readLines(c *fiber.Ctx) ([]byte, error) {
	media, parameters, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	charset := parameters["charset"]
	if err != nil || !slices.Contains(typesOfLines, media) || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return nil, &outage.Error{Code: outage.CodeContentType, Detail: "The body must be application/x-ndjson in UTF-8."}
	}
	if encoding := c.Get(fiber.HeaderContentEncoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, &outage.Error{Code: outage.CodeContentType, Detail: "The body must not be compressed."}
	}
	body := c.Request().Body() // as it came; c.Body() would decompress
	if len(body) > maxBatch {
		return nil, &outage.Error{Code: outage.CodeTooLarge, Detail: "The body must not be larger than 8 MiB."}
	}
	return bytes.Clone(body), nil
}
