package frontend

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/httpcache"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Steps of the table of an incident, in minutes: of the country, and of a
// country whose incident was so long that the table would be too large.
const (
	tableStep     = 5
	tableStepLong = 60
	longIncident  = 7 * day
	mostQuarters  = 400
)

// incidentFile answers with a file about an incident, made once in a while for
// all readers.
func (s *Site) incidentFile(kind string, of func(context.Context, address, outage.Record) ([]byte, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		path := strings.TrimSuffix(strings.Clone(c.Path()), "."+suffixes[kind])
		at, ok := s.parse(path)
		if !ok || at.ID == "" {
			return c.Next()
		}
		found, err := s.cached(c, at.path()+"."+suffixes[kind], func() (*made, error) { return s.makeFile(at, of) })
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, kind)
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		c.Set(fiber.HeaderETag, found.ETag)
		c.Set(fiber.HeaderCacheControl, cacheFile)
		if httpcache.Matches(c.Get(fiber.HeaderIfNoneMatch), found.ETag) {
			return c.SendStatus(fiber.StatusNotModified)
		}
		if kind == kindPNG { // is compressed already
			return c.Send(found.Plain)
		}
		return sendBody(c, found.Body)
	}
}

// cacheFile is kept a little longer than a page: files are for quoting.
const cacheFile = "public, max-age=60, s-maxage=60, stale-while-revalidate=300, stale-if-error=3600"

// Kinds of files, and how their addresses end.
const (
	kindCSV = "text/csv; charset=utf-8"
	kindPNG = "image/png"
)

var suffixes = map[string]string{kindCSV: "csv", kindPNG: "png"}

func (s *Site) makeFile(at address, of func(context.Context, address, outage.Record) ([]byte, error)) (*made, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*waitFor)
	defer cancel()
	record, err := s.Incidents.Incident(ctx, at.ID)
	if err != nil {
		return nil, err
	}
	body, err := of(ctx, at, record)
	if err != nil {
		s.Log.Warn("making a file of an incident", "incident", at.ID, "error", err)
		return nil, &outage.Error{Code: outage.CodeUnavailable, Detail: "The numbers cannot be read just now.", RetryAfter: 10 * time.Second}
	}
	done := newMade(body, s.frame(at), s.Now())
	done.Bounded = true
	done.Until = s.Now().Add(keptPicture)
	return done, nil
}

// incidentCSV is the series of the country by five minutes, and what the public
// table shows of each region by quarter hours.
func (s *Site) incidentCSV(ctx context.Context, _ address, record outage.Record) ([]byte, error) {
	in := record.Incident
	span, step := spanOf(in, s.AsOf()), tableStep
	if span.To-span.From > longIncident {
		step = tableStepLong
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"from", "minutes", "place", "reports", "works", "back", "expected", "upper"}) // a bytes.Buffer takes everything
	series, err := s.Readings.Series(ctx, in.Service, in.Country, "", span.Snap(step), step)
	if err != nil {
		return nil, fmt.Errorf("reading the series: %w", err)
	}
	for _, p := range series.Points {
		_ = w.Write([]string{utc(p.Start), strconv.Itoa(step), string(in.Country), whole(p.Reports), whole(p.Works), whole(p.Back), decimal(p.Expected), decimal(p.Upper)})
	}
	quarters := span.Snap(outage.Quarter)
	quarters.To = min(quarters.To, quarters.From+mostQuarters*outage.Quarter)
	for at := quarters.From; at < quarters.To; at += outage.Quarter {
		regions, err := s.Readings.Regions(ctx, in.Service, in.Country, outage.Span{From: at, To: at + outage.Quarter})
		if err != nil {
			return nil, fmt.Errorf("reading the regions: %w", err)
		}
		for _, region := range regions {
			if region.Region != "" {
				_ = w.Write([]string{utc(at), strconv.Itoa(outage.Quarter), string(region.Region), whole(region.Reports), "", "", "", ""})
			}
		}
	}
	w.Flush()
	return out.Bytes(), nil
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

// decimal writes what may be unknown.
func decimal(x *float64) string {
	v, ok := value(x)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}
