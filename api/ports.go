package api

import (
	"context"
	"net/netip"
	"time"

	"github.com/open-downpour/downpour/pkg/notify"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/public/register"
)

// Intake accepts reports. Its errors for the sender are *outage.Error.
type Intake interface {
	// Decode decodes the body of a report. The submission does not alias body.
	Decode(body []byte) (outage.Submission, error)
	// Take validates, limits and stores a report, and returns once a crash can
	// no longer lose it. A key that is not empty repeats the first receipt.
	Take(ctx context.Context, from outage.Client, said outage.Submission, idempotencyKey string) (outage.Receipt, error)
	// TakeBatch checks the lines of an importer, by the name of its API key, and
	// stores those that pass. A line at fault is in the receipt; an error is about
	// the whole, and after one the batch can be sent again.
	TakeBatch(ctx context.Context, importer string, lines []byte, idempotencyKey string) (outage.BatchReceipt, error)
	// Undo undoes a report. Its errors are CodeForbidden for a wrong token, CodeNotFound
	// for an unknown id, CodeGone when it is too late, CodeLimited after too many
	// attempts of the address or its network.
	Undo(ctx context.Context, from netip.Addr, id, token string) error
	// Place moves a report to a more exact place in the given country, "" for any. Its
	// errors are those of Undo, CodeInvalid with suggestions for a place that is not
	// understood, and CodeConflict where the report has a place that is as exact.
	Place(ctx context.Context, from netip.Addr, id, token, text string, country outage.Country) (outage.Place, error)
}

// Readings is the counts of one snapshot. The service "" is all services, the country ""
// all, the region "" the whole country. CodeUnavailable means that past counts cannot be
// read now.
type Readings interface {
	// Now is the instant that windows which end now are about.
	Now() time.Time
	// AsOf is the end of the newest complete minute of the snapshot.
	AsOf() time.Time
	// Heatmap snaps the span to 15-minute buckets, which are part of the result.
	Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (public.Heatmap, error)
	// Places is the same table by outage.LevelRegion or outage.LevelDistrict.
	Places(ctx context.Context, service string, country outage.Country, level int, span outage.Span) (public.PlaceTable, error)
	// Series has a step of the given number of minutes, aligned to the epoch.
	Series(ctx context.Context, service string, area outage.Area, span outage.Span, step int) (public.Series, error)
	// Days has a point for each day of a time zone that the span touches.
	Days(ctx context.Context, service string, area outage.Area, span outage.Span, zone *time.Location) (public.Series, error)
	Symptoms(ctx context.Context, service string, area outage.Area, span outage.Span) (public.Symptoms, error)
	Networks(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (public.Networks, error)
	// Extent is the total, the worst 15 minutes and the duration of an incident.
	Extent(ctx context.Context, in public.Incident) (public.Extent, error)
	// Extremes are the towns around which a service is hit most and least over a span.
	Extremes(ctx context.Context, service string, country outage.Country, span outage.Span) (public.Extremes, error)
	// Day is the last day of a service in all countries.
	Day(ctx context.Context, service string) (public.Day, error)
	// Health is how a service does now.
	Health(ctx context.Context, service string, country outage.Country) (public.Health, error)
	// Official is what the vendor of a service says of it, nil for nothing.
	Official(service string) *public.OfficialStatus
}

// Officials takes what an operator says for the vendor of a service.
type Officials interface {
	// Enter opens, changes or resolves the notice of a service. Zero times are filled in.
	Enter(ctx context.Context, service, page string, notice outage.Notice) (outage.Official, error)
	// Withdraw takes it back; it is false where there is none.
	Withdraw(ctx context.Context, service string) (bool, error)
}

// Incidents returns public incidents. It does not block. Its errors for the sender are
// *outage.Error.
type Incidents interface {
	// Incidents lists the latest opened first, after a cursor, which is "" for the
	// start; next is "" after the last. Pending ones are listed only if the filter
	// selects them.
	Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []public.Incident, next string, err error)
	// Incident has CodeNotFound for an unknown id.
	Incident(ctx context.Context, id string) (public.Incident, error)
}

// Register is the list of all incidents by quarter. Only Version may block, for an
// older version.
type Register interface {
	// AsOf is the end of the newest whole minute that rows of incidents under way were
	// made from, the zero time while there are none yet.
	AsOf() time.Time
	Rows(filter register.Filter) []register.Row
	Editions() []register.Edition
	// Version is a stored version of a quarter, 0 the current one; the error has
	// CodeNotFound for one that does not exist.
	Version(ctx context.Context, quarter register.Quarter, version int) (register.Edition, []register.Row, error)
}

// Streams opens streams of changes. It does not block.
type Streams interface {
	// Subscribe begins after the event with an id, or with the current state. The
	// channel is closed when the stream ends; leave must be called in any case.
	// CodeUnavailable means that no more streams can be opened.
	Subscribe(after, service string, country outage.Country) (events <-chan outage.Event, leave func(), err error)
}

// Services is the catalogue. It does not block.
type Services interface {
	Services() []outage.Service
	Service(slug string) (outage.Service, bool)
	// Family lists the services that tend to break together.
	Family(slug string) []outage.Service
}

// Places finds places by the start of their names, best first, under names that Intake
// understands. It does not block.
type Places interface {
	Search(q string, country outage.Country, limit int) []outage.Place
}

// Shapes is the geography. It does not block.
type Shapes interface {
	// Boundary is the outline of a cell as an open ring.
	Boundary(cell outage.Cell) []outage.LatLng
	// Center is the middle of a cell.
	Center(cell outage.Cell) outage.LatLng
	Regions(country outage.Country) []outage.Region
	// RegionOfDistrict is the region that a district lies in, "" for an unknown one.
	RegionOfDistrict(district outage.District) outage.Region
	// DistrictName is the name of a district in a language.
	DistrictName(district outage.District, lang string) string
	// RegionName is the name of a region in a language.
	RegionName(region outage.Region, lang string) string
}

// Readiness reports whether this process is ready, which parts are degraded, and, when it is
// not ready, the reason.
type Readiness interface {
	Ready() (ready bool, degraded []string, reason string)
}

// Limiter is the quota of writes of each address. It does not block.
type Limiter interface {
	// Quota is what an address may still send. It counts nothing.
	Quota(addr netip.Addr) outage.Quota
}

// Keys are the owners of API keys. Owner is "" for an unknown key.
type Keys interface {
	Owner(key string) (name string)
}

// Wanted is what people asked for and the catalogue lacks, the latest day first.
type Wanted interface {
	List(ctx context.Context) ([]outage.Wanted, error)
}

// Webhooks are the subscriptions of API keys, by the name of the key. A webhook of another
// key is CodeNotFound; CodeUnavailable means that they cannot be stored now.
type Webhooks interface {
	// Create returns the webhook that was made under the key before; CodeConflict where its
	// settings were others. The key is "" for none.
	Create(ctx context.Context, owner string, settings notify.Settings, key string) (notify.Webhook, error)
	Webhooks(ctx context.Context, owner string) ([]notify.Webhook, error)
	Webhook(ctx context.Context, owner, id string) (notify.Webhook, error)
	// Change calls change with the present settings and stores them.
	Change(ctx context.Context, owner, id string, change func(*notify.Settings) error) (notify.Webhook, error)
	Delete(ctx context.Context, owner, id string) error
	// Rotate replaces the secret.
	Rotate(ctx context.Context, owner, id string) (notify.Webhook, error)
	// Test sends an event at once and waits for what comes of it.
	Test(ctx context.Context, owner, id string) (notify.Delivery, error)
	// Deliveries are the latest tries, and the latest events that were given up.
	Deliveries(ctx context.Context, owner, id string) (log, dead []notify.Delivery, err error)
}

// Pushes are the subscriptions of browsers. Their errors for the sender are *outage.Error;
// CodeNotFound means that the server sends no push messages.
type Pushes interface {
	// PushKey is the public key of the site, base64url.
	PushKey(ctx context.Context) (string, error)
	SubscribePush(ctx context.Context, from netip.Addr, address notify.PushAddress, interest notify.Interest) (notify.Visitor, error)
	// RenewPush changes where the messages of a subscription go.
	RenewPush(ctx context.Context, from netip.Addr, id string, address notify.PushAddress) (notify.Visitor, error)
	// Unsubscribe also succeeds for an id that is not there.
	Unsubscribe(ctx context.Context, id string) error
}
