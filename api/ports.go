package api

import (
	"context"
	"net/netip"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/public/register"
)

// Intake takes reports. Its errors for the sender are *outage.Error.
type Intake interface {
	// Decode reads the body of a report. The submission keeps nothing of body.
	Decode(body []byte) (outage.Submission, error)
	// Take validates, limits and stores a report, and returns once a crash can
	// no longer lose it. A key that is not empty repeats the first receipt.
	Take(ctx context.Context, from outage.Client, said outage.Submission, idempotencyKey string) (outage.Receipt, error)
	// TakeBatch checks the lines of an importer, by the name of its API key, and
	// stores those that pass. A line at fault is in the receipt; an error is about
	// the whole, and after one the batch can be sent again.
	TakeBatch(ctx context.Context, importer string, lines []byte, idempotencyKey string) (outage.BatchReceipt, error)
	// Undo takes a report back: CodeForbidden for a wrong token, CodeNotFound
	// for an unknown id, CodeGone when it is too late, CodeLimited after too many
	// attempts of the address or its network.
	Undo(ctx context.Context, from netip.Addr, id, token string) error
}

// Readings answers what was counted, from one snapshot. The service "" is all
// services, the country "" all, the region "" the whole country. CodeUnavailable
// says that the past cannot be read now.
type Readings interface {
	// Now is the instant that windows which end now are about.
	Now() time.Time
	// AsOf is the end of the newest whole minute that the answers are made from.
	AsOf() time.Time
	// Heatmap snaps the span to whole quarter hours and says to which.
	Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (public.Heatmap, error)
	// Series has a step of the given number of minutes, aligned to the epoch.
	Series(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span, step int) (public.Series, error)
	// Days has a point for each day of a time zone that the span touches.
	Days(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span, zone *time.Location) (public.Series, error)
	Symptoms(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (public.Symptoms, error)
	Networks(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (public.Networks, error)
	// Extent is the total, the worst 15 minutes and the duration of an incident.
	Extent(ctx context.Context, in public.Incident) (public.Extent, error)
	// Day is the last day of a service in all countries.
	Day(ctx context.Context, service string) (public.Day, error)
	// Health is how a service does now.
	Health(ctx context.Context, service string, country outage.Country) (public.Health, error)
}

// Incidents gives incidents in their public form. It answers from memory. Its
// errors for the sender are *outage.Error.
type Incidents interface {
	// Incidents lists the latest opened first, from behind a cursor, which is ""
	// for the start; next is "" after the last. Pending ones are listed only where
	// they are asked for.
	Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []public.Incident, next string, err error)
	// Incident has CodeNotFound for an unknown id.
	Incident(ctx context.Context, id string) (public.Incident, error)
}

// Register is the list of all incidents by quarter. Only Version may block, for an
// older version.
type Register interface {
	Rows(filter register.Filter) []register.Row
	Editions() []register.Edition
	// Version is a stored version of a quarter, 0 the current one; the error has
	// CodeNotFound for one that does not exist.
	Version(ctx context.Context, quarter register.Quarter, version int) (register.Edition, []register.Row, error)
}

// Streams opens streams of changes. It does not block.
type Streams interface {
	// Subscribe begins behind the event of an id, or with what is true now. The
	// channel is closed when the stream ends; leave must be called in any case.
	// CodeUnavailable says that no more can be opened.
	Subscribe(after, service string, country outage.Country) (events <-chan outage.Event, leave func(), err error)
}

// Services is the catalogue. It does not block.
type Services interface {
	Services() []outage.Service
	Service(slug string) (outage.Service, bool)
	// Family lists the services that tend to break together.
	Family(slug string) []outage.Service
}

// Places finds places by the start of their names, best first. It does not block.
type Places interface {
	Search(q string, country outage.Country, limit int) []outage.Place
}

// Shapes knows the geography. It does not block.
type Shapes interface {
	// Boundary is the outline of a cell as an open ring.
	Boundary(cell outage.Cell) []outage.LatLng
	Regions(country outage.Country) []outage.Region
	// RegionName is the name of a region in a language.
	RegionName(region outage.Region, lang string) string
}

// Readiness says whether this process does its work, which parts are missing,
// and, when it is not ready, why in a few words.
type Readiness interface {
	Ready() (ready bool, degraded []string, reason string)
}

// Limiter knows the share of writes of each address. It does not block.
type Limiter interface {
	// Quota is what an address may still send. It counts nothing.
	Quota(addr netip.Addr) outage.Quota
}

// Keys knows the owners of API keys. Owner is "" for a key that is not known.
type Keys interface {
	Owner(key string) (name string)
}
